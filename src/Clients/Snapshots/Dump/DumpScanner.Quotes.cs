using System.Text;

namespace Drydock.Clients.Snapshots;

/// <content>What stands in quotes: texts, and names.</content>
public sealed partial class DumpScanner
{
    private void BeginText(State state)
    {
        Something();
        _text.Clear();
        _before = 0;
        _state = state;
        _keepsText = _gate.WantsText;
        if (!_keepsText)
        {
            _statement.Literal("");
        }
        else if (state == State.DoubleQuoted)
        {
            Refuse("a text of SET is in double quotes");
        }
    }

    private void Quoted(byte b, byte quote)
    {
        if (b == '\\' && !PlainBackslash)
        {
            _escaped = _state;
            _state = State.Escape;
            if (_keepsText)
            {
                Refuse("a text of SET has a backslash");
            }
        }
        else if (b == quote)
        {
            // A doubled quote leaves and enters at once, which comes to the same.
            _state = State.Code;
            if (_keepsText)
            {
                _keepsText = false;
                _statement.Literal(Encoding.ASCII.GetString([.. _text]));
            }
        }
        else if (_keepsText)
        {
            _text.Add(b);
            if (_text.Count > ModeLimit)
            {
                Refuse(FormattableString.Invariant($"a text of SET has more than {ModeLimit} bytes"));
            }
        }

        Inside(b);
    }

    // What ends a statement or a comment for one reader and not for another.
    private void Inside(byte b)
    {
        if (b == '\n' && _isRows)
        {
            Refuse("a text or a name has a line feed, at which myloader may end the statement");
        }

        if (_isUncertain && b == '/' && _before == '*')
        {
            Refuse("a text has the end of a comment, in a comment that only some servers execute");
        }

        _before = b;
    }

    private void Name(byte b)
    {
        if (b == _nameQuote)
        {
            _state = State.NameEnd;
        }
        else if (_text.Count < NameLimit)
        {
            _text.Add(b);
        }

        Inside(b);
    }

    private void NameEnd(byte b)
    {
        if (b == _nameQuote)
        {
            Count(1);
            if (_text.Count < NameLimit)
            {
                _text.Add(b);
            }

            _state = State.Name;
            return;
        }

        _statement.Name(Encoding.UTF8.GetString([.. _text]));
        _state = State.Code;
        Step(b);
    }
}
