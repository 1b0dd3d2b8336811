using System.Buffers;
using System.Text;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Reads the SQL that mysqldump and mydumper write, in pieces of any size, and counts what it would create: strings
/// with escapes, quoted names, hex blobs, comments, executable comments and changed delimiters are understood; memory
/// does not grow with the dump. What a dump may not hold is found.
/// </summary>
/// <remarks>
/// Rows always use backslash escapes: mysqldump sets its own sql_mode. Routines, triggers and events are written under
/// their own sql_mode, which may disable escapes (NO_BACKSLASH_ESCAPES). It splits the text like the mysql client.
/// myloader ends a statement at every line that ends with a semicolon, even inside a string; therefore the rows of
/// mydumper must not contain a line feed in a string.
/// </remarks>
public sealed partial class DumpScanner
{
    private const int NameLimit = 512;
    private const int ModeLimit = 2048;
    private const int LongestDelimiter = 16;

    private static readonly SearchValues<byte> SingleQuoteEnd = SearchValues.Create("'\\\n"u8);
    private static readonly SearchValues<byte> DoubleQuoteEnd = SearchValues.Create("\"\\\n"u8);

    private readonly SnapshotPart _part;
    private readonly bool _isRows;
    private readonly StatementValidator _gate;
    private readonly StatementReader _statement;
    private readonly List<byte> _text = [];
    private readonly List<byte> _delimiter = [(byte)';'];
    private State _state;
    private State _escaped;
    private bool _executable;
    private bool _complete;
    private byte _nameQuote = (byte)'`';
    private bool _keepsText;
    private bool _lineBegins = true;
    private bool _wordBeginsLine;
    private int _matched;
    private long _bytes;
    private long _pieceStart;
    private long _position;
    private long _statementStart = -1;
    private long _statementBytes;
    private long _largest;

    private enum State
    {
        Code,
        Word,
        SingleQuoted,
        DoubleQuoted,
        Escape,
        Name,
        NameEnd,
        Dash,
        DashDash,
        LineComment,
        Slash,
        CommentHead,
        CommentHeadM,
        ExecutableVersion,
        Sandbox,
        BlockComment,
        BlockCommentStar,
        Star,
        DelimiterLine,
    }

    /// <summary>Reads a dump that is one file, of a database of any name.</summary>
    public DumpScanner()
        : this(SnapshotPart.Whole, database: null, new NameBudget())
    {
    }

    /// <param name="part">What the file holds.</param>
    /// <param name="database">The only database it may refer to; null: any.</param>
    /// <param name="names">The memory limit for the names of all objects; several scanners may share it.</param>
    internal DumpScanner(SnapshotPart part, string? database, NameBudget names)
    {
        _part = part;
        _isRows = part == SnapshotPart.Rows;
        _gate = new StatementValidator(part, database);
        _statement = new StatementReader(_gate, names);
    }

    /// <summary>
    /// The first forbidden statement; null: none so far. Nothing after it is read.
    /// </summary>
    public RefusedStatement? Refused { get; private set; }

    private bool PlainBackslash => _gate.Session.PlainBackslash;

    /// <summary>Reads the next piece.</summary>
    public void Push(ReadOnlySpan<byte> data)
    {
        _pieceStart = _bytes;
        _position = _pieceStart;
        _bytes += data.Length;
        if (_part == SnapshotPart.Metadata)
        {
            return;
        }

        if (_isRows && data.Contains((byte)0))
        {
            Refuse("it contains a byte 0, which mydumper escapes");
        }

        var i = 0;
        while (i < data.Length && Refused is null)
        {
            _position = _pieceStart + i;
            var skipped = Skip(data[i..]);
            if (skipped > 0)
            {
                i += skipped;
                continue;
            }

            Step(data[i]);
            _recent[^1] = 0;
            i++;
            if (_statement.Refusal is { } why)
            {
                Refuse(why);
            }
        }
    }

    /// <summary>Ends the input and returns its summary.</summary>
    public DumpSummary Finish()
    {
        if (_state == State.LineComment)
        {
            EndLineComment();
        }

        var clean = _state == State.Code && !_executable && _statement.IsEmpty;
        return _statement.Summarize(_complete, clean, _bytes, Math.Max(_largest, _statementBytes)) with
        {
            Refused = Refused,
        };
    }

    // Skips bytes that cannot change the state.
    private int Skip(ReadOnlySpan<byte> data)
    {
        int length;
        switch (_state)
        {
            case State.Code when CanSkipValues:
            case State.SingleQuoted when CanSkipValues && !_isRows:
                return SkipValues(data);
            case State.SingleQuoted when !_keepsText && !_isUncertain:
                length = data.IndexOfAny(SingleQuoteEnd);
                break;
            case State.DoubleQuoted when !_isUncertain:
                length = data.IndexOfAny(DoubleQuoteEnd);
                break;
            case State.BlockComment:
                length = data.IndexOfAny((byte)'*', (byte)'\n');
                break;
            default:
                return 0;
        }

        length = length < 0 ? data.Length : length;
        Count(length);
        return length;
    }

    private bool CanSkipValues => _statement.IsInValues && _matched == 0 && !PlainBackslash && _delimiter[0] == ';';

    private void Step(byte b)
    {
        switch (_state)
        {
            case State.Code:
                Code(b);
                break;
            case State.Word:
                Word(b);
                break;
            case State.SingleQuoted:
                Count(1);
                Quoted(b, (byte)'\'');
                break;
            case State.DoubleQuoted:
                Count(1);
                Quoted(b, (byte)'"');
                break;
            case State.Escape:
                Count(1);
                _state = _escaped;
                break;
            case State.Name:
                Count(1);
                Name(b);
                break;
            case State.NameEnd:
                NameEnd(b);
                break;
            case State.Dash:
                Dash(b);
                break;
            case State.DashDash:
                DashDash(b);
                break;
            case State.LineComment:
                LineComment(b);
                break;
            case State.Slash:
                Slash(b);
                break;
            case State.CommentHead:
            case State.CommentHeadM:
                CommentHead(b);
                break;
            case State.ExecutableVersion:
                Version(b);
                break;
            case State.Sandbox:
                Sandbox(b);
                break;
            case State.BlockComment:
            case State.BlockCommentStar:
                BlockComment(b);
                break;
            case State.Star:
                Star(b);
                break;
            case State.DelimiterLine:
                DelimiterLine(b);
                break;
            default:
                throw new InvalidOperationException($"State {_state}.");
        }
    }

    private void Code(byte b)
    {
        if (MatchDelimiter(b))
        {
            return;
        }

        var isSpace = b <= (byte)' ';
        if (!isSpace || _statementBytes > 0)
        {
            Count(1);
        }

        if (isSpace)
        {
            _lineBegins |= b == '\n';
            return;
        }

        if (_statementStart < 0)
        {
            _statementStart = _position;
        }

        _wordBeginsLine = _lineBegins;
        _lineBegins = false;
        switch (b)
        {
            case (byte)'\\':
                Refuse("a backslash outside of a string is a command of the mysql client");
                break;
            case (byte)'\'':
                BeginText(State.SingleQuoted);
                break;
            case (byte)'"' when _gate.Session.AnsiQuotes:
            case (byte)'`':
                Something();
                _text.Clear();
                _nameQuote = b;
                _state = State.Name;
                break;
            case (byte)'"':
                BeginText(State.DoubleQuoted);
                break;
            case (byte)'-':
                _state = State.Dash;
                break;
            case (byte)'#':
                BeginLineComment();
                break;
            case (byte)'/':
                _state = State.Slash;
                break;
            case (byte)'*' when _executable:
                _state = State.Star;
                break;
            default:
                if (IsWord(b))
                {
                    Something();
                    _text.Clear();
                    _text.Add(b);
                    _state = State.Word;
                }
                else
                {
                    Something();
                    _statement.Punctuation(b);
                }

                break;
        }
    }

    // The delimiter is searched only in code; a failed partial match is processed as normal input.
    private bool MatchDelimiter(byte b)
    {
        if (b == _delimiter[_matched])
        {
            _matched++;
            if (_matched == _delimiter.Count)
            {
                _matched = 0;
                EndStatement();
            }

            return true;
        }

        if (_matched > 0)
        {
            var count = _matched;
            _matched = 0;
            for (var i = 0; i < count; i++)
            {
                Count(1);
                Something();
                _statement.Punctuation(_delimiter[i]);
            }

            return MatchDelimiter(b);
        }

        return false;
    }

    private void EndStatement()
    {
        if (_executable)
        {
            Refuse("it ends inside an executable comment");
        }

        Count(_delimiter.Count);
        _largest = Math.Max(_largest, _statementBytes);
        _statementBytes = 0;
        _statement.End();
        if (_statement.Refusal is { } why)
        {
            Refuse(why);
        }

        _statementStart = -1;
        _lineBegins = false;
    }

    private void Refuse(string why) =>
        Refused ??= new RefusedStatement(
            _gate.Kind, Math.Max(0, _statementStart < 0 ? _position : _statementStart), why);

    // Anything after the trailer means that this is not a single complete dump.
    private void Something() => _complete = false;

    private void Count(int bytes) => _statementBytes += bytes;

    private static bool IsWord(byte b) =>
        b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (
            >= (byte)'0' and <= (byte)'9') or (byte)'_' or (byte)'$' or >= 0x80;
}
