using System.Text;

namespace Drydock.Clients.Snapshots;

/// <content>Quoted strings and names.</content>
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
            Refuse("a string of SET is in double quotes");
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
                Refuse("a string of SET contains a backslash");
            }
        }
        else if (b == quote)
        {
            // A doubled quote leaves and re-enters the string, which has the same effect.
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
                Refuse(FormattableString.Invariant($"a string of SET is longer than {ModeLimit} bytes"));
            }
        }

        Inside(b);
    }

    // Refuses bytes that end a statement or a comment for one reader but not for another.
    private void Inside(byte b)
    {
        if (b == '\n' && _isRows)
        {
            Refuse("a string or a name contains a line feed, at which myloader may end the statement");
        }

        if (_isUncertain && b == '/' && _before == '*')
        {
            Refuse("a string contains the end of a comment, inside a comment that only some servers execute");
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
