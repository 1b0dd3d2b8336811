using System.Text;

namespace Drydock.Clients.Snapshots;

/// <content>Comments: <c>-- </c>, <c>#</c>, <c>/* */</c> and the executable <c>/*! */</c> and <c>/*M! */</c>.</content>
public sealed partial class DumpScanner
{
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
        if (!_statement.IsEmpty)
        {
            return;
        }

        // A comment between statements: not part of the next one's length.
        _statementBytes = 0;
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

    private void Version(byte b)
    {
        if (b is >= (byte)'0' and <= (byte)'9')
        {
            Count(1);
            _text.Add(b);
            return;
        }

        if (Encoding.ASCII.GetString([.. _text]) == DisabledVersion)
        {
            // MariaDB's sandbox line: a comment to every server.
            _state = State.BlockComment;
        }
        else
        {
            _executable = true;
            _state = State.Code;
        }

        Step(b);
    }

    private void Star(byte b)
    {
        _state = State.Code;
        if (b == '/')
        {
            Count(1);
            _executable = false;
            return;
        }

        Something();
        _statement.Punctuation((byte)'*');
        Step(b);
    }
}
