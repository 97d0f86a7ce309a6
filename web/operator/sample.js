/** A short talk to rehearse with, in each language that the pages speak: a name, a number, short sentences and long ones. */

/** @type {Readonly<Record<string, string>>} */
export const SAMPLES = Object.freeze({
  en:
    "Welcome, and thank you all for coming. Today we look at how a river shapes the land around it. " +
    "In 1998, after three weeks of rain, the Elbe moved a whole meadow by almost twenty metres. " +
    "Nobody had expected that. Now let us begin.",
  de:
    "Willkommen, und danke, dass Sie alle gekommen sind. Heute sehen wir, wie ein Fluss das Land um sich herum formt. " +
    "Im Jahr 1998 verschob die Elbe nach drei Wochen Regen eine ganze Wiese um fast zwanzig Meter. " +
    "Das hatte niemand erwartet. Nun lassen Sie uns beginnen.",
  fr:
    "Bienvenue, et merci à tous d'être venus. Aujourd'hui, nous voyons comment un fleuve façonne le pays qui l'entoure. " +
    "En 1998, après trois semaines de pluie, l'Elbe a déplacé tout un pré de presque vingt mètres. " +
    "Personne ne s'y attendait. Maintenant, commençons.",
  es:
    "Bienvenidos, y gracias a todos por venir. Hoy veremos cómo un río da forma a la tierra que lo rodea. " +
    "En 1998, tras tres semanas de lluvia, el Elba desplazó un prado entero casi veinte metros. " +
    "Nadie lo había esperado. Ahora empecemos.",
  zh:
    "欢迎各位，感谢大家的到来。今天我们来看一条河如何塑造它周围的土地。" +
    "1998年，连下三个星期的雨之后，易北河把整片草地移动了将近二十米。" +
    "谁也没有料到。现在我们开始吧。",
});
