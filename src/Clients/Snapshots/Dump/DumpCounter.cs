namespace Drydock.Clients.Snapshots;

/// <summary>Counts the rows of a dump by its lines, from pieces of any size, in memory that does not grow with the
/// dump. mysqldump and mydumper write each row on a line of its own, which begins with a parenthesis, behind the line
/// <c>INSERT INTO … VALUES</c>; line feeds in values are escaped. With <c>--skip-extended-insert</c> each row has an
/// INSERT of its own. Other formats give another number, so that the dump is refused.</summary>
/// <param name="namesLimit">Bytes in memory for the names of its tables.</param>
internal sealed class DumpCounter(long namesLimit = SnapshotLimits.NamesOfDump)
{
    // An INSERT that names the most and longest columns of a server needs half of it up to VALUES.
    private const int HeadBytes = 512 << 10;

    // Bytes of a dictionary entry besides the text.
    private const int PerName = 96;
    private const byte LineFeed = (byte)'\n';

    private static readonly byte[] Insert = "INSERT INTO `"u8.ToArray();
    private static readonly byte[] Create = "CREATE TABLE `"u8.ToArray();
    private static readonly byte[] Values = " VALUES"u8.ToArray();

    private readonly Dictionary<string, long> _tables = new(StringComparer.Ordinal);
    private readonly List<byte> _head = [];
    private Place _place;
    private string? _table;
    private long _rows;
    private long _names;
    private int _scanned;
    private bool _quoted;
    private bool _inProgram;
    private bool _complete;
    private bool _namesDatabase;
    private byte _beforeLast;
    private byte _last;
    private long _position;
    private long _lineStart;
    private long _statementStart;
    private long _largest;

    private enum Place
    {
        /// <summary>Between statements.</summary>
        Between,

        /// <summary>In a CREATE TABLE before the end of the table's name, or in an INSERT before VALUES. Both may go
        /// over several lines, because a name may contain line feeds.</summary>
        Beginning,

        /// <summary>In lines that are the rows of an INSERT.</summary>
        Rows,

        /// <summary>In a statement whose rest does not matter but for its end.</summary>
        Rest,
    }

    /// <summary>Reads the next piece.</summary>
    /// <exception cref="SnapshotException">The names of the tables are too long together.</exception>
    internal void Push(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var end = data.IndexOf(LineFeed);
            var piece = end < 0 ? data : data[..end];
            var kept = _place switch
            {
                Place.Rows => 1,
                Place.Rest => 0,
                _ => HeadBytes,
            };
            _head.AddRange(piece[..Math.Clamp(kept - _head.Count, 0, piece.Length)]);
            foreach (var b in piece[Math.Max(0, piece.Length - 2)..])
            {
                (_beforeLast, _last) = (_last, b);
            }

            _position += piece.Length;
            if (end < 0)
            {
                return;
            }

            _position++;
            EndLine();
            data = data[(end + 1)..];
        }
    }

    /// <summary>Ends the input and returns what was counted.</summary>
    internal DumpSummary Finish()
    {
        // A statement without its line feed is cut off, even if its last byte is a semicolon: that may be in a value.
        if (_place == Place.Between && CollectionsMarshal.AsSpan(_head).StartsWith("--"u8))
        {
            EndLine();
        }

        AddRows();
        var clean = _place == Place.Between && _lineStart == _position;
        return new DumpSummary
        {
            Tables = _tables,
            NamesDatabase = _namesDatabase,
            IsComplete = clean && _complete,
            EndsClean = clean,
            LargestStatementBytes = Math.Max(_largest, _place == Place.Between ? 0 : _position - _statementStart),
        };
    }

    private void EndLine()
    {
        switch (_place)
        {
            case Place.Between:
                BeginStatement();
                break;
            case Place.Beginning:
                ReadBeginning();
                break;
            case Place.Rows:
                var isRow = _head.Count > 0 && _head[0] == '(';
                _rows += isRow ? 1 : 0;
                _place = isRow && _last == ',' ? Place.Rows : Place.Rest;
                break;
        }

        if (_place == Place.Rest && _last == ';' && (!_inProgram || _beforeLast == ';'))
        {
            _largest = Math.Max(_largest, _position - 1 - _statementStart);
            _place = Place.Between;
        }

        if (_place != Place.Beginning)
        {
            _head.Clear();
        }
        else if (_head.Count < HeadBytes)
        {
            _head.Add(LineFeed);
        }

        if (_place != Place.Rows)
        {
            AddRows();
        }

        (_beforeLast, _last) = (0, 0);
        _lineStart = _position;
    }

    private void BeginStatement()
    {
        var line = CollectionsMarshal.AsSpan(_head);
        if (line.StartsWith("--"u8))
        {
            _complete |= !_inProgram && line.StartsWith("-- Dump completed"u8);
        }
        else if (line.StartsWith("DELIMITER "u8))
        {
            _complete = false;
            _inProgram = _beforeLast == ';' || _last != ';';
        }
        else if (!line.IsEmpty)
        {
            _complete = false;
            _namesDatabase |= line.StartsWith("ALTER DATABASE "u8);
            _statementStart = _lineStart;
            _place = Place.Rest;
            if (!_inProgram && (line.StartsWith(Insert) || line.StartsWith(Create)))
            {
                (_place, _scanned, _quoted) = (Place.Beginning, 0, false);
                ReadBeginning();
            }
        }
    }

    private void ReadBeginning()
    {
        var text = CollectionsMarshal.AsSpan(_head);
        var isInsert = text.StartsWith(Insert);
        for (; _scanned < text.Length; _scanned++)
        {
            if (text[_scanned] == '`')
            {
                _quoted = !_quoted;
            }
            else if (isInsert && !_quoted && text[_scanned..].StartsWith(Values))
            {
                var after = text[(_scanned + Values.Length)..];
                if (after.IsEmpty || after[0] == ' ')
                {
                    Found(text[Insert.Length..]);
                    _rows = after.IsEmpty ? 0 : 1;
                    _place = after.IsEmpty || _last == ',' ? Place.Rows : Place.Rest;
                    return;
                }
            }
        }

        if (!_quoted && (!isInsert || _last == ';'))
        {
            Found(text[(isInsert ? Insert : Create).Length..]);
            _place = Place.Rest;
        }
    }

    // The text begins with the name, whose end is in it. A backtick in a name is doubled.
    private void Found(ReadOnlySpan<byte> text)
    {
        var end = 0;
        while (text[end] != '`' || text[(end + 1)..].StartsWith("`"u8))
        {
            end += text[end] == '`' ? 2 : 1;
        }

        _table = Encoding.UTF8.GetString(text[..end]).Replace("``", "`", StringComparison.Ordinal);
        if (!_tables.TryAdd(_table, 0))
        {
            return;
        }

        _names += PerName + (2L * _table.Length);
        if (_names > namesLimit)
        {
            throw new SnapshotException(
                SnapshotFailure.Truncated,
                $"The dump cannot be read: the names of its tables are longer than {namesLimit} bytes in total.");
        }
    }

    private void AddRows()
    {
        if (_rows > 0)
        {
            _tables[_table!] += _rows;
            _rows = 0;
        }
    }
}

/// <summary>The content of a dump, as far as <see cref="DumpCounter"/> reads it.</summary>
internal sealed record DumpSummary
{
    /// <summary>Tables that it creates or fills, with the rows of its INSERT statements.</summary>
    public required IReadOnlyDictionary<string, long> Tables { get; init; }

    /// <summary>It ends with <c>-- Dump completed</c>, outside any statement, and no statement follows.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>It has an ALTER DATABASE, which names the database, so it can be loaded only under that name.</summary>
    public required bool NamesDatabase { get; init; }

    public required bool EndsClean { get; init; }

    public required long LargestStatementBytes { get; init; }

    /// <summary>The tables of several files of one database.</summary>
    internal static IReadOnlyDictionary<string, long> Merge(IEnumerable<DumpSummary> parts)
    {
        var tables = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, rows) in parts.SelectMany(static p => p.Tables))
        {
            tables[name] = tables.GetValueOrDefault(name) + rows;
        }

        return tables;
    }
}
