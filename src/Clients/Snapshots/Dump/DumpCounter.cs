namespace Drydock.Clients.Snapshots;

/// <summary>Counts the rows of a dump by its lines, from pieces of any size, in memory that does not grow with the
/// dump. mysqldump and mydumper write each row on a line of its own, which begins with a parenthesis, behind the line
/// <c>INSERT INTO … VALUES</c>; line feeds in values are escaped. With <c>--skip-extended-insert</c> each row has an
/// INSERT of its own. Other formats give another number, so that the dump is refused.</summary>
/// <param name="names">The memory limit for the names of tables; several counters may share it.</param>
internal sealed class DumpCounter(NameBudget names)
{
    // A name of a server has at most 64 characters.
    private const int NameLimit = 512;
    private const byte LineFeed = (byte)'\n';

    private static readonly byte[] Insert = "INSERT INTO `"u8.ToArray();
    private static readonly byte[] Create = "CREATE TABLE `"u8.ToArray();
    private static readonly byte[] AlterDatabase = "ALTER DATABASE "u8.ToArray();
    private static readonly byte[] Delimiter = "DELIMITER "u8.ToArray();
    private static readonly byte[] Trailer = "-- Dump completed"u8.ToArray();
    private static readonly byte[] Values = " VALUES"u8.ToArray();

    private readonly Dictionary<string, long> _tables = new(StringComparer.Ordinal);
    private readonly byte[] _head = new byte[Trailer.Length];
    private readonly List<byte> _name = [];
    private readonly byte[] _recent = new byte[Values.Length];
    private Place _place;
    private int _headLength;
    private string? _table;
    private long _rows;
    private bool _isInsert;
    private bool _isComment;
    private bool _isDelimiter;
    private bool _quoteMayEnd;
    private bool _inColumn;
    private bool _inProgram;
    private bool _complete;
    private bool _namesDatabase;
    private byte _beforeLast;
    private byte _last;
    private long _position;
    private long _lineStart;
    private long _statementStart = -1;
    private long _largest;

    private enum Place
    {
        /// <summary>At the beginning of a line between statements.</summary>
        Head,

        Name,

        Columns,

        Row,

        /// <summary>In a line whose rest does not matter but for its end.</summary>
        Rest,
    }

    /// <summary>A counter for a file of this part; null for mydumper's metadata, which is not SQL.</summary>
    internal static DumpCounter? For(SnapshotPart part, NameBudget names) =>
        part == SnapshotPart.Metadata ? null : new DumpCounter(names);

    /// <summary>Reads the next piece.</summary>
    /// <exception cref="SnapshotException">The names of the tables are too long together.</exception>
    internal void Push(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_place == Place.Rest)
            {
                data = data[SkipLine(data)..];
                continue;
            }

            var b = data[0];
            data = data[1..];
            _position++;
            if (b != LineFeed)
            {
                (_beforeLast, _last) = (_last, b);
            }

            switch (_place)
            {
                case Place.Head:
                    Head(b);
                    break;
                case Place.Name:
                    Name(b);
                    break;
                case Place.Columns:
                    Columns(b);
                    break;
                default:
                    Row(b);
                    break;
            }
        }
    }

    /// <summary>Ends the input and returns what was counted.</summary>
    internal DumpSummary Finish()
    {
        // A statement without its line feed is cut off, even if its last byte is a semicolon: that may be in a value.
        if (_place == Place.Rest && _isComment)
        {
            EndLine();
        }

        AddRows();
        var clean = _place == Place.Head && _headLength == 0 && _statementStart < 0;
        return new DumpSummary
        {
            Tables = _tables,
            NamesDatabase = _namesDatabase,
            IsComplete = clean && _complete,
            EndsClean = clean,
            LargestStatementBytes = Math.Max(_largest, _statementStart < 0 ? 0 : _position - _statementStart),
        };
    }

    private void Head(byte b)
    {
        if (b == LineFeed && _headLength == 0)
        {
            _lineStart = _position;
            return;
        }

        if (b != LineFeed)
        {
            _head[_headLength++] = b;
        }

        var head = _head.AsSpan(0, _headLength);
        if (b != LineFeed && _headLength < _head.Length && MayMatch(head) && !IsWhole(head))
        {
            return;
        }

        _isComment = head.StartsWith("--"u8);
        _isDelimiter = head.SequenceEqual(Delimiter);
        _isInsert = head.SequenceEqual(Insert);
        var isTable = _isInsert || head.SequenceEqual(Create);
        _namesDatabase |= head.SequenceEqual(AlterDatabase);
        if (_isComment)
        {
            _complete |= !_inProgram && head.SequenceEqual(Trailer);
        }
        else
        {
            _complete = false;
            _statementStart = _isDelimiter ? -1 : _lineStart;
        }

        _headLength = 0;
        _place = isTable && !_inProgram ? Place.Name : Place.Rest;
        if (b == LineFeed)
        {
            EndLine();
        }
    }

    private static bool MayMatch(ReadOnlySpan<byte> head) =>
        Insert.AsSpan().StartsWith(head)
        || Create.AsSpan().StartsWith(head)
        || AlterDatabase.AsSpan().StartsWith(head)
        || Delimiter.AsSpan().StartsWith(head)
        || Trailer.AsSpan().StartsWith(head);

    private static bool IsWhole(ReadOnlySpan<byte> head) =>
        head.SequenceEqual(Insert)
        || head.SequenceEqual(Create)
        || head.SequenceEqual(AlterDatabase)
        || head.SequenceEqual(Delimiter)
        || head.SequenceEqual(Trailer);

    // A backtick in a name is doubled. A name may contain line feeds.
    private void Name(byte b)
    {
        if (_quoteMayEnd && b != '`')
        {
            _quoteMayEnd = false;
            _table = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_name));
            _name.Clear();
            if (!_tables.ContainsKey(_table))
            {
                names.Take(_table);
                _tables[_table] = 0;
            }

            if (_isInsert)
            {
                _recent.AsSpan().Clear();
                _place = Place.Columns;
                Columns(b);
            }
            else
            {
                _table = null;
                _place = Place.Rest;
            }

            return;
        }

        _quoteMayEnd = !_quoteMayEnd && b == '`';
        if (!_quoteMayEnd && _name.Count < NameLimit)
        {
            _name.Add(b);
        }
    }

    private void Columns(byte b)
    {
        _inColumn ^= b == '`';
        if (!_inColumn && b is LineFeed or (byte)' ' && _recent.AsSpan().SequenceEqual(Values))
        {
            _place = Place.Row;
            if (b == ' ')
            {
                // The only row of this statement.
                _rows++;
                _place = Place.Rest;
            }

            return;
        }

        if (!_inColumn && b == LineFeed)
        {
            _table = null;
            _place = Place.Rest;
            return;
        }

        _recent.AsSpan(1).CopyTo(_recent);
        _recent[^1] = _inColumn ? (byte)'`' : b;
    }

    private void Row(byte b)
    {
        _place = Place.Rest;
        if (b == '(')
        {
            _rows++;
            return;
        }

        AddRows();
        if (b == LineFeed)
        {
            EndLine();
        }
    }

    private int SkipLine(ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf(LineFeed);
        var rest = end < 0 ? data : data[..end];
        if (rest.Length > 1)
        {
            (_beforeLast, _last) = (rest[^2], rest[^1]);
        }
        else if (rest.Length == 1)
        {
            (_beforeLast, _last) = (_last, rest[0]);
        }

        _position += rest.Length;
        if (end < 0)
        {
            return rest.Length;
        }

        _position++;
        EndLine();
        return end + 1;
    }

    // The last bytes of the line are known.
    private void EndLine()
    {
        var ended = _statementStart < 0;
        if (_isDelimiter)
        {
            _inProgram = _beforeLast == ';' || _last != ';';
        }
        else if (!ended && !_isComment && _last == ';' && (!_inProgram || _beforeLast == ';'))
        {
            _largest = Math.Max(_largest, _position - 1 - _statementStart);
            _statementStart = -1;
            ended = true;
        }

        _isDelimiter = _isComment = false;
        _lineStart = _position;
        if (ended)
        {
            AddRows();
            _place = Place.Head;
        }
        else if (_table is not null && _last == ',')
        {
            _place = Place.Row;
        }
        else
        {
            AddRows();
            _place = Place.Rest;
        }
    }

    private void AddRows()
    {
        if (_table is not null)
        {
            _tables[_table] += _rows;
        }

        (_table, _rows) = (null, 0);
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
