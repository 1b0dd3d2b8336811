using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>The results of one command, read row by row off the wire. Not thread-safe; every call may block.</summary>
internal abstract class ResultStream(NativeConnection connection, bool tinyAsBoolean) : IDisposable
{
    private const int BatchRows = 256;
    private const int BatchBytes = 256 * 1024;

    /// <summary>Columns of the current result; empty when the statement gave none.</summary>
    internal Column[] Columns { get; private protected set; } = [];

    /// <summary>Rows changed or matched by the current statement, -1 for one that returned rows.</summary>
    internal long AffectedRows { get; private protected set; } = -1;

    /// <summary>The first AUTO_INCREMENT value the statement made, else 0.</summary>
    internal ulong InsertId { get; private protected set; }

    private protected NativeConnection Connection { get; } = connection;

    private protected bool TinyAsBoolean { get; } = tinyAsBoolean;

    /// <summary>Reads the next few rows into the queue; true when the current result has no more.</summary>
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
        }

        return false;
    }

    /// <summary>Goes to the next result of the command; false when there is none.</summary>
    internal abstract bool NextResult();

    /// <summary>Reads away what is left and frees native memory. Never throws for what the server says.</summary>
    public abstract void Dispose();

    private protected abstract Row? FetchRow();

    private protected static long Rows(ulong affected) => affected == ulong.MaxValue ? -1 : (long)affected;
}
