/** @type {import("./en.js").Messages} */
export default {
  // 所有页面
  "ui.language": "页面语言",
  "state.connecting": "正在连接…",
  "state.connected": "已连接",
  "state.reconnecting": "正在重新连接…",
  "state.disconnected": "已断开",
  "state.offline": "离线",
  "problem.offline": "您已离线。恢复网络后会自动继续。",
  "problem.bad_request": "此地址有误。请检查房间名称，或重新索取链接。",
  "problem.unauthorized": "此房间需要密钥。请向主办方索取新的链接。",
  "problem.forbidden": "此链接无权访问这里。请向主办方索取正确的链接。",
  "problem.no_room": "没有这个房间。请检查名称，或向主办方索取链接。",
  "problem.unsupported_pair": "这里没有该语言的翻译。请选择其他语言。",
  "problem.replaced": "另一位发言人接管了此房间。",
  "problem.quota_exceeded": "此房间的额度已用完。请联系主办方。",
  "problem.outdated": "服务器已更新。请重新加载此页面。",
  "problem.ended": "服务器已结束连接。",
  "problem.ended_with": "服务器已结束连接：{detail}。",
};
