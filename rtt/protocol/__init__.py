"""Every message on the wire as a type; decode and encode. No other package knows how they are written.

Text frames hold one JSON object each (RFC 8259), told apart by `type`. Times are milliseconds, languages BCP 47 tags.
"""

from rtt.protocol.codec import EVERYBODY_TYPES as EVERYBODY_TYPES
from rtt.protocol.codec import READER_TYPES as READER_TYPES
from rtt.protocol.codec import SPEAKER_TYPES as SPEAKER_TYPES
from rtt.protocol.codec import decode as decode
from rtt.protocol.codec import decode_body as decode_body
from rtt.protocol.codec import decode_query as decode_query
from rtt.protocol.codec import decode_room as decode_room
from rtt.protocol.codec import encode as encode
from rtt.protocol.codec import encode_error as encode_error
from rtt.protocol.fields import MAX_FRAME as MAX_FRAME
from rtt.protocol.fields import VERSION as VERSION
from rtt.protocol.fields import Count as Count
from rtt.protocol.fields import Language as Language
from rtt.protocol.fields import Load as Load
from rtt.protocol.fields import Part as Part
from rtt.protocol.fields import RoomName as RoomName
from rtt.protocol.fields import Seconds as Seconds
from rtt.protocol.fields import Stability as Stability
from rtt.protocol.fields import Text as Text
from rtt.protocol.fields import Title as Title
from rtt.protocol.fields import check_spoken as check_spoken
from rtt.protocol.fields import check_title as check_title
from rtt.protocol.incoming import CancelUtterance as CancelUtterance
from rtt.protocol.incoming import ClearRoom as ClearRoom
from rtt.protocol.incoming import Correct as Correct
from rtt.protocol.incoming import Final as Final
from rtt.protocol.incoming import FromReader as FromReader
from rtt.protocol.incoming import FromSpeaker as FromSpeaker
from rtt.protocol.incoming import Glossary as Glossary
from rtt.protocol.incoming import Partial as Partial
from rtt.protocol.incoming import Ping as Ping
from rtt.protocol.incoming import Spoken as Spoken
from rtt.protocol.incoming import Term as Term
from rtt.protocol.outgoing import Cancel as Cancel
from rtt.protocol.outgoing import Caption as Caption
from rtt.protocol.outgoing import CaptionTiming as CaptionTiming
from rtt.protocol.outgoing import Clear as Clear
from rtt.protocol.outgoing import Error as Error
from rtt.protocol.outgoing import Pong as Pong
from rtt.protocol.outgoing import Ready as Ready
from rtt.protocol.outgoing import Status as Status
from rtt.protocol.outgoing import ToEverybody as ToEverybody
from rtt.protocol.problems import plainly as plainly
from rtt.protocol.requests import ListenQuery as ListenQuery
from rtt.protocol.requests import MakeRoom as MakeRoom
from rtt.protocol.requests import Query as Query
from rtt.protocol.requests import RoomMade as RoomMade
from rtt.protocol.requests import SpeakQuery as SpeakQuery
from rtt.protocol.requests import TranscriptQuery as TranscriptQuery
from rtt.protocol.requests import TranslateQuery as TranslateQuery
from rtt.protocol.schema import schema as schema
