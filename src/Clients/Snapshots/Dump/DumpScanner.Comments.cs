using System.Globalization;
using System.Text;

namespace Drydock.Clients.Snapshots;

/// <content>Comments: <c>-- </c>, <c>#</c>, <c>/* */</c> and the executable <c>/*! */</c> and <c>/*M! */</c>.</content>
public sealed partial class DumpScanner
{
    // The one comment of this version that tools write; no server executes it. The mysql client does, and then refuses
    // to read files and run programs.
    private const string DisabledVersion = "999999";
    private const string SandboxText = "\\- enable the sandbox mode */";

    // Up to this version MariaDB executes the same comments as MySQL. For other versions one server sees a comment and
    // the other sees statements.
    private const int LastCommonVersion = 50_699;

    private bool _isMariaComment;
    private bool _isUncertain;
    private byte _before;

    private void Dash(byte b)
    {
        if (b == '-')
        {
            Count(1);
            _state = State.DashDash;
            return;
        }

        Something();
        _statement.Punctuation((byte)'-');
        _state = State.Code;
        Step(b);
    }

    private void DashDash(byte b)
    {
        if (b <= ' ')
        {
            BeginLineComment();
            LineComment(b);
            return;
        }

        Something();
        _statement.Punctuation((byte)'-');
        _statement.Punctuation((byte)'-');
        _state = State.Code;
        Step(b);
    }

    private void BeginLineComment()
    {
        _text.Clear();
        _state = State.LineComment;
    }

    private void LineComment(byte b)
    {
        if (b == '\n')
        {
            EndLineComment();
        }
        else if (_text.Count < 64)
        {
            _text.Add(b);
        }
    }

    private void EndLineComment()
    {
        _state = State.Code;
        _lineBegins = true;
        if (!_statement.IsEmpty)
        {
            return;
        }

        // A comment between statements: not part of the next one's length.
        _statementBytes = 0;
        _statementStart = -1;
        if (Encoding.UTF8.GetString([.. _text]).TrimStart().StartsWith("Dump completed", StringComparison.Ordinal))
        {
            _complete = true;
        }
    }

    private void Slash(byte b)
    {
        if (b == '*')
        {
            Count(1);
            _state = State.CommentHead;
            if (_isUncertain)
            {
                Refuse("a comment is nested in a comment that only some servers execute");
            }

            return;
        }

        Something();
        _statement.Punctuation((byte)'/');
        _state = State.Code;
        Step(b);
    }

    private void CommentHead(byte b)
    {
        if (b == '!')
        {
            Count(1);
            _isMariaComment = _state == State.CommentHeadM;
            _text.Clear();
            _state = State.ExecutableVersion;
        }
        else if (b == 'M' && _state == State.CommentHead)
        {
            Count(1);
            _state = State.CommentHeadM;
        }
        else
        {
            _state = State.BlockComment;
            Step(b);
        }
    }

    private void BlockComment(byte b)
    {
        Count(1);
        if (b == '\n' && _isRows)
        {
            Refuse("a comment contains a line feed, at which myloader may end the statement");
        }

        _state = (b, _state) switch
        {
            ((byte)'/', State.BlockCommentStar) => State.Code,
            ((byte)'*', _) => State.BlockCommentStar,
            _ => State.BlockComment,
        };
    }

    private void Version(byte b)
    {
        if (b is >= (byte)'0' and <= (byte)'9' && _text.Count <= DisabledVersion.Length)
        {
            Count(1);
            _text.Add(b);
            return;
        }

        var version = Encoding.ASCII.GetString([.. _text]);
        if (version == DisabledVersion)
        {
            _text.Clear();
            _state = State.Sandbox;
        }
        else if (version.Length is not (0 or 5 or 6))
        {
            Refuse("the version of an executable comment has neither 5 nor 6 digits");
            return;
        }
        else
        {
            SetExecutable(
                true,
                _isMariaComment
                    || (version.Length > 0 && int.Parse(version, CultureInfo.InvariantCulture) > LastCommonVersion));
            _state = State.Code;
        }

        Step(b);
    }

    private void Sandbox(byte b)
    {
        Count(1);
        if (b != SandboxText[_text.Count])
        {
            Refuse($"a comment of version {DisabledVersion} must be the sandbox mode of the mysql client");
            return;
        }

        _text.Add(b);
        if (_text.Count < SandboxText.Length)
        {
            return;
        }

        _state = State.Code;
        _statementStart = _statement.IsEmpty ? -1 : _statementStart;
    }

    private void SetExecutable(bool on, bool uncertain)
    {
        _executable = on;
        _isUncertain = on && uncertain;
        _statement.IsInComment = on;
    }

    private void Star(byte b)
    {
        _state = State.Code;
        if (b == '/')
        {
            Count(1);
            SetExecutable(false, uncertain: false);
            return;
        }

        Something();
        _statement.Punctuation((byte)'*');
        Step(b);
    }
}
