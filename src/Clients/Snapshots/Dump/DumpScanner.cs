using System.Buffers;
using System.Text;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Reads the SQL that mysqldump writes, in pieces of any size, and counts what it would create: strings with escapes, quoted names, hex blobs,
/// comments, executable comments and changed delimiters are understood; memory does not grow with the dump.
/// </summary>
/// <remarks>
/// Rows always use backslash escapes: mysqldump sets its own sql_mode. Routines, triggers and events are written under theirs, which may have none
/// (NO_BACKSLASH_ESCAPES).
/// </remarks>
public sealed partial class DumpScanner
{
    private const int NameLimit = 512;
    private const int ModeLimit = 2048;
    private const string DisabledVersion = "999999";

    private static readonly SearchValues<byte> SingleQuoteEnd = SearchValues.Create("'\\"u8);
    private static readonly SearchValues<byte> DoubleQuoteEnd = SearchValues.Create("\"\\"u8);

    private readonly StatementReader _statement = new();
    private readonly List<byte> _text = [];
    private readonly List<byte> _delimiter = [(byte)';'];
    private State _state;
    private State _escaped;
    private bool _executable;
    private bool _complete;
    private bool _plainBackslash;
    private bool _ansiQuotes;
    private byte _nameQuote = (byte)'`';
    private bool _isModeText;
    private string _modeText = "";
    private int _matched;
    private long _bytes;
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
        BlockComment,
        BlockCommentStar,
        Star,
        DelimiterLine,
    }

    /// <summary>Reads the next piece.</summary>
    public void Push(ReadOnlySpan<byte> data)
    {
        _bytes += data.Length;
        var i = 0;
        while (i < data.Length)
        {
            var skipped = Skip(data[i..]);
            if (skipped > 0)
            {
                i += skipped;
                continue;
            }

            Step(data[i]);
            i++;
        }
    }

    /// <summary>Ends the input and says what was in it.</summary>
    public DumpSummary Finish()
    {
        if (_state == State.LineComment)
        {
            EndLineComment();
        }

        var clean = _state == State.Code && !_executable && _statement.IsEmpty;
        return _statement.Summarize(_complete, clean, _bytes, Math.Max(_largest, _statementBytes));
    }

    // Long stretches in which nothing can happen.
    private int Skip(ReadOnlySpan<byte> data)
    {
        int length;
        switch (_state)
        {
            case State.Code or State.SingleQuoted when _statement.IsInValues && _matched == 0 && !_plainBackslash && _delimiter[0] == ';':
                return SkipValues(data);
            case State.SingleQuoted when !_isModeText:
                length = data.IndexOfAny(SingleQuoteEnd);
                break;
            case State.DoubleQuoted:
                length = data.IndexOfAny(DoubleQuoteEnd);
                break;
            case State.BlockComment:
                length = data.IndexOf((byte)'*');
                break;
            default:
                return 0;
        }

        length = length < 0 ? data.Length : length;
        Count(length);
        return length;
    }

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
            case State.BlockComment:
                Count(1);
                _state = b == '*' ? State.BlockCommentStar : State.BlockComment;
                break;
            case State.BlockCommentStar:
                Count(1);
                _state = b switch { (byte)'/' => State.Code, (byte)'*' => State.BlockCommentStar, _ => State.BlockComment };
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
            return;
        }

        switch (b)
        {
            case (byte)'\'':
                Something();
                _statement.Literal();
                _isModeText = _statement.IsSqlMode;
                _text.Clear();
                _state = State.SingleQuoted;
                break;
            case (byte)'"' when _ansiQuotes:
            case (byte)'`':
                Something();
                _text.Clear();
                _nameQuote = b;
                _state = State.Name;
                break;
            case (byte)'"':
                Something();
                _statement.Literal();
                _state = State.DoubleQuoted;
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

    // The delimiter is looked for in code only; a partial match that fails is fed as what it was.
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
        if (_statement.IsSqlMode)
        {
            _plainBackslash = _modeText.Contains("NO_BACKSLASH_ESCAPES", StringComparison.OrdinalIgnoreCase);
            _ansiQuotes = _modeText.Contains("ANSI_QUOTES", StringComparison.OrdinalIgnoreCase);
            _modeText = "";
        }

        Count(_delimiter.Count);
        _largest = Math.Max(_largest, _statementBytes);
        _statementBytes = 0;
        _statement.End();
    }

    private void Word(byte b)
    {
        if (IsWord(b))
        {
            Count(1);
            if (_text.Count < NameLimit)
            {
                _text.Add(b);
            }

            return;
        }

        var word = Encoding.UTF8.GetString([.. _text]);
        _state = State.Code;
        if (_statement.IsEmpty && string.Equals(word, "DELIMITER", StringComparison.OrdinalIgnoreCase))
        {
            _text.Clear();
            _state = State.DelimiterLine;
        }
        else
        {
            _statement.Word(word);
        }

        Step(b);
    }

    private void DelimiterLine(byte b)
    {
        if (b != '\n')
        {
            _text.Add(b);
            return;
        }

        var text = Encoding.UTF8.GetString([.. _text]).Trim();
        _state = State.Code;
        _statementBytes = 0;
        if (text.Length > 0)
        {
            _delimiter.Clear();
            _delimiter.AddRange(Encoding.UTF8.GetBytes(text));
        }
    }

    // Whatever comes after the trailer makes the dump something other than one complete dump.
    private void Something() => _complete = false;

    private void Count(int bytes) => _statementBytes += bytes;

    private static bool IsWord(byte b) => b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9') or (byte)'_' or (byte)'$' or >= 0x80;
}
