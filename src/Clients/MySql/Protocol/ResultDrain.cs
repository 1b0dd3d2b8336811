using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>
/// Drains the rest of a command's results within bounds: a reader that is closed early must not read 100 GB.
/// </summary>
internal static class ResultDrain
{
    /// <summary>Time limit before the server is told to stop.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private const long Quietly = 1 << 20;
    private const long AfterKill = 64 << 20;
    private const long RowOverhead = 64;

    /// <summary>
    /// Reads to the end; after 1 MiB only the data in flight when the server was told to stop, at most 64 MiB.
    /// </summary>
    /// <returns>The end was reached; otherwise the connection cannot be used any more.</returns>
    internal static bool Run(ResultStream stream, Interruption interruption)
    {
        long read = 0;
        var told = false;
        do
        {
            while (stream.SkipRow() is >= 0 and var bytes)
            {
                read += bytes + RowOverhead;
                if (read > Quietly && !told)
                {
                    told = true;
                    if (!interruption.KillNow())
                    {
                        return false;
                    }
                }

                if (read > AfterKill)
                {
                    return false;
                }
            }
        }
        while (stream.NextResult());

        return true;
    }
}
