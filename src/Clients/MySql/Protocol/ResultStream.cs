using System.Globalization;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>The results of one command, read row by row. Not thread-safe; every call may block.</summary>
internal abstract class ResultStream(NativeConnection connection, ResultLimits limits) : IDisposable
{
    private const int BatchRows = 256;
    private const int BatchBytes = 256 * 1024;
    private const int ColumnOverhead = 8;

    private long _rows;
    private long _bytes;

    /// <summary>Columns of the current result; empty if the statement returned none.</summary>
    internal Column[] Columns { get; private protected set; } = [];

    /// <summary>Rows changed or matched by the current statement, -1 for one that returned rows.</summary>
    internal long AffectedRows { get; private protected set; } = -1;

    /// <summary>The first AUTO_INCREMENT value of the statement, or 0.</summary>
    internal ulong InsertId { get; private protected set; }

    /// <summary>The server has nothing more to send for this command.</summary>
    internal bool Finished { get; private protected set; }

    private protected NativeConnection Connection { get; } = connection;

    private protected bool TinyAsBoolean { get; } = limits.TinyAsBoolean;

    /// <summary>Reads the next few rows into the queue; true when the current result has no more.</summary>
    /// <exception cref="MySqlLimitException">The results are larger than the command accepts.</exception>
    internal bool Fetch(Queue<Row> rows)
    {
        var bytes = 0;
        for (var i = 0; i < BatchRows && bytes < BatchBytes; i++)
        {
            if (FetchRow() is not { } row)
            {
                return true;
            }

            rows.Enqueue(row);
            bytes += row.Bytes;
            Count(row);
        }

        return false;
    }

    /// <summary>Skips the next row of the current result.</summary>
    /// <returns>Its bytes, or -1 when there was none.</returns>
    internal long SkipRow()
    {
        Connection.AllowAnswer();
        return SkipNext();
    }

    /// <summary>
    /// Moves to the next result of the command, draining the current one; false when there is none.
    /// </summary>
    internal bool NextResult()
    {
        while (SkipRow() >= 0)
        {
            // The rows are not needed.
        }

        Connection.AllowAnswer();
        return GoToNext();
    }

    /// <summary>Frees native memory. Unread data ends the connection; see <see cref="ResultDrain"/>.</summary>
    public void Dispose()
    {
        if (!Finished)
        {
            Connection.EndUnless(atEnd: false);
        }

        Free();
    }

    /// <summary>Moves a new stream to its first result; a stream that fails is disposed.</summary>
    private protected static T Begun<T>(T stream, ReadOnlySpan<byte> sql, Beginning<T> begin)
        where T : ResultStream
    {
        try
        {
            begin(stream, sql);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private protected delegate void Beginning<T>(T stream, ReadOnlySpan<byte> sql);

    private protected abstract void Free();

    private protected abstract long SkipNext();

    private protected abstract bool GoToNext();

    private protected abstract Row? FetchRow();

    private protected static long Rows(ulong affected) => affected == ulong.MaxValue ? -1 : (long)affected;

    private void Count(Row row)
    {
        _rows++;
        _bytes += row.Bytes + ((long)Columns.Length * ColumnOverhead);
        if (limits.Rows > 0 && _rows > limits.Rows)
        {
            throw new MySqlLimitException(string.Create(
                CultureInfo.InvariantCulture,
                $"The statement returned more than {limits.Rows} rows, the limit of this command."));
        }

        if (limits.Bytes > 0 && _bytes > limits.Bytes)
        {
            throw new MySqlLimitException(string.Create(
                CultureInfo.InvariantCulture,
                $"The statement returned more than {limits.Bytes} bytes, the limit of this command."));
        }
    }
}

/// <summary>How the results of one command are read.</summary>
/// <param name="TinyAsBoolean"><c>tinyint(1)</c> reads as <see cref="bool"/>.</param>
/// <param name="Rows">Rows of all results together; 0 for no limit.</param>
/// <param name="Bytes">Bytes of all rows together; 0 for no limit.</param>
internal sealed record ResultLimits(
    bool TinyAsBoolean, long Rows = MySqlCommand.DefaultMaximumRows, long Bytes = MySqlCommand.DefaultMaximumBytes);

/// <summary>
/// One row, each value as the text protocol writes it (raw bytes for blobs and bits), copied out of native memory.
/// </summary>
internal sealed class Row(byte[] data, int[] ends, bool[] nulls)
{
    internal int Bytes => data.Length;

    internal bool IsNull(int column) => nulls[column];

    internal ReadOnlySpan<byte> this[int column]
    {
        get
        {
            var start = column == 0 ? 0 : ends[column - 1];
            return data.AsSpan(start, ends[column] - start);
        }
    }
}

/// <summary>A command that was sent, with its first rows.</summary>
internal sealed record StartedResult(ResultStream Stream, Queue<Row> Rows, bool AtEnd);
