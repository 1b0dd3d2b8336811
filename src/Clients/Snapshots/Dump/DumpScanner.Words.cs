using System.Text;

namespace Drydock.Clients.Snapshots;

/// <content>Words, and the one command of the mysql client that a dump needs: DELIMITER.</content>
public sealed partial class DumpScanner
{
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
            if (!_wordBeginsLine || _part is not (SnapshotPart.Whole or SnapshotPart.Routines))
            {
                Refuse($"DELIMITER is not allowed here in the part {_part}");
            }
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
            if (_text.Count > 2 * LongestDelimiter)
            {
                Refuse("DELIMITER is not followed by semicolons only");
            }

            return;
        }

        var text = Encoding.UTF8.GetString([.. _text]).Trim();
        _state = State.Code;
        _statementBytes = 0;
        if (text.Length is 0 or > LongestDelimiter || text.Any(static c => c != ';'))
        {
            Refuse("DELIMITER is not followed by semicolons only");
            return;
        }

        _statementStart = -1;
        _lineBegins = true;
        _delimiter.Clear();
        _delimiter.AddRange(Encoding.UTF8.GetBytes(text));
    }
}
