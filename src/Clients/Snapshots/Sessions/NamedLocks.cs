using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Whether a server has named locks (GET_LOCK).</summary>
internal static class NamedLocks
{
    // 1235: not supported; 1305: no such function.
    private static readonly int[] NotThere = [1235, 1305];

    /// <summary>
    /// Asks the server: OceanBase has them in some versions, so its kind does not tell. Changes nothing.
    /// </summary>
    internal static async Task<bool> ExistAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new MySqlCommand("SELECT IS_FREE_LOCK('drydock-probe')", connection);
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MySqlException e) when (NotThere.Contains(e.Number))
        {
            return false;
        }
    }
}
