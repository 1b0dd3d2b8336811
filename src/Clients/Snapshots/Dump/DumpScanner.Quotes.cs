using System.Text;

namespace Drydock.Clients.Snapshots;

/// <content>What stands in quotes: texts, and names.</content>
public sealed partial class DumpScanner
{
    private void Quoted(byte b, byte quote)
    {
        if (b == '\\' && !_plainBackslash)
        {
            _escaped = _state;
            _state = State.Escape;
        }
        else if (b == quote)
        {
            // A doubled quote leaves and enters at once, which comes to the same.
            _state = State.Code;
            if (_isModeText)
            {
                _isModeText = false;
                _modeText = Encoding.ASCII.GetString([.. _text]);
            }
        }
        else if (_isModeText && _text.Count < ModeLimit)
        {
            _text.Add(b);
        }
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
    }

    private void NameEnd(byte b)
    {
        if (b == _nameQuote)
        {
            Count(1);
            _text.Add(b);
            _state = State.Name;
            return;
        }

        _statement.Name(Encoding.UTF8.GetString([.. _text]));
        _state = State.Code;
        Step(b);
    }
}
