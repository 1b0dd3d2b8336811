namespace Drydock.Clients.MySql;

/// <summary>
/// A lock on a server without <c>GET_LOCK</c>: a row with the token of its holder and the holder's session, taken by
/// compare-and-swap, in a database of its own because the databases that it protects are dropped.
/// <para>Why a holder that was suspended and continues late destroys nothing: it sends every destructive statement in
/// the one session that also renews the row. The server and its proxy end that session when it was idle for
/// <see cref="LockRowTimes.Idle"/>, and no session is opened again. A successor swaps the token only when the row was
/// not renewed for longer than that, by the server's clock, and the process list no longer shows the session, so no
/// statement of it is running either. KILL is not needed, and its answer proves nothing: behind a proxy a session of
/// another proxy is an unknown thread.</para>
/// </summary>
public sealed class LockRow
{
    /// <summary>The database of the rows. It may be dropped when no upgrade or restore runs.</summary>
    public const string Database = "drydock_fence";

    private const string Table = Database + ".lock_row";
    private const int DuplicateKey = 1062;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    // 1049: no such database; 1146: no such table; 1109: unknown table.
    private static readonly int[] NotMade = [1049, 1109, 1146];

    private readonly string _key;
    private readonly string _token;
    private readonly string _host;

    private LockRow(string key, string token, ulong sessionId, string host)
    {
        (_key, _token, SessionId, _host) = (key, token, sessionId, host);
    }

    public static IReadOnlyList<string> Privileges { get; } = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE"];

    internal ulong SessionId { get; }

    internal string HeldCondition => $"(SELECT token FROM {Table} WHERE lock_key='{_key}')='{_token}'";

    internal static async Task<LockRow?> TryTakeAsync(
        MySqlSession session, string name, TimeSpan wait, LockRowTimes times, CancellationToken cancellationToken)
    {
        // A server may be configured without autocommit; the row must be visible to others at once.
        await session.ExecuteAsync("SET autocommit = 1", cancellationToken);

        // A server that ignores the bound would let a suspended holder continue.
        var seconds = (long)times.Idle.TotalSeconds;
        await session.ExecuteAsync($"SET SESSION wait_timeout = {seconds}", cancellationToken);
        var bound = await session.NumberAsync("SELECT @@wait_timeout", cancellationToken);
        if (bound != seconds)
        {
            throw new MySqlSessionException(
                $"The server has no GET_LOCK and does not limit idle sessions: wait_timeout is {bound} after it was "
                    + $"set to {seconds} s. Connect directly to a server that does.",
                number: 0);
        }

        // A proxy may give a session another number than the server behind it lists, so the session finds the row of
        // the list that has its own statement.
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var self = await session.RowAsync(
            $"SELECT ID, HOST FROM information_schema.PROCESSLIST WHERE INFO LIKE '%{token}%'", cancellationToken)
            ?? [await session.ScalarAsync("SELECT CONNECTION_ID()", cancellationToken), ""];
        var id = ulong.Parse(self[0] ?? "0", NumberStyles.None, CultureInfo.InvariantCulture);
        var mine = new LockRow(KeyOf(name), token, id, self[1] ?? "");
        var start = times.Clock.GetTimestamp();
        while (true)
        {
            var there = await ReadAsync(session, mine._key, cancellationToken);
            if (there is null)
            {
                if (await mine.InsertAsync(session, name, cancellationToken))
                {
                    return mine;
                }

                continue;
            }

            var listed = await IsListedAsync(session, there, cancellationToken);
            if (!listed
                && there.Age > times.Lapse
                && await mine.SwapAsync(session, there.Token, cancellationToken))
            {
                return mine;
            }

            var patience = listed || wait > times.Lapse + Slack ? wait : times.Lapse + Slack;
            if (times.Clock.GetElapsedTime(start) >= patience)
            {
                return null;
            }

            // The server does not announce that a session ended.
            await Task.Delay(Pause, times.Clock, cancellationToken);
        }
    }

    internal static async Task<ulong?> HolderAsync(
        MySqlSession session, string name, CancellationToken cancellationToken) =>
        (await ReadAsync(session, KeyOf(name), cancellationToken))?.Session;

    internal async Task<bool> RenewAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            $"UPDATE {Table} SET renewed_at = UTC_TIMESTAMP(6) WHERE lock_key = '{_key}' AND token = '{_token}'",
            cancellationToken);
        return await session.ScalarAsync($"SELECT {HeldCondition}", cancellationToken) == "1";
    }

    internal Task<int> ReleaseAsync(MySqlSession session, CancellationToken cancellationToken) => session.ExecuteAsync(
        $"DELETE FROM {Table} WHERE lock_key = '{_key}' AND token = '{_token}'", cancellationToken);

    private static async Task<Holder?> ReadAsync(MySqlSession session, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await session.RowAsync(
                "SELECT token, session_id, session_host, TIMESTAMPDIFF(SECOND, renewed_at, UTC_TIMESTAMP(6)) "
                    + $"FROM {Table} WHERE lock_key = '{key}'",
                cancellationToken) is [var token, var id, var host, var age]
                ? new Holder(
                    token ?? "",
                    ulong.Parse(id ?? "0", NumberStyles.None, CultureInfo.InvariantCulture),
                    host ?? "",
                    TimeSpan.FromSeconds(
                        long.Parse(age ?? "0", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)))
                : null;
        }
        catch (MySqlSessionException error) when (NotMade.Contains(error.Number))
        {
            return null;
        }
    }

    // Ids start again when a server restarts, so the address must match as well.
    private static async Task<bool> IsListedAsync(
        MySqlSession session, Holder holder, CancellationToken cancellationToken) =>
        await session.NumberAsync(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = @id AND (@host = '' OR HOST = @host)",
            cancellationToken,
            ("@id", holder.Session),
            ("@host", holder.Host)) > 0;

    private static string KeyOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    private async Task<bool> InsertAsync(MySqlSession session, string name, CancellationToken cancellationToken)
    {
        for (var made = false; ; made = true)
        {
            try
            {
                await session.ExecuteAsync(
                    $"INSERT INTO {Table} (lock_key, lock_name, token, session_id, session_host, renewed_at) "
                        + "VALUES (@key, @name, @token, @session, @host, UTC_TIMESTAMP(6))",
                    cancellationToken,
                    ("@key", _key),
                    ("@name", name.Length > 255 ? name[..255] : name),
                    ("@token", _token),
                    ("@session", SessionId),
                    ("@host", _host));
                return true;
            }
            catch (MySqlSessionException error) when (error.Number == DuplicateKey)
            {
                return false;
            }
            catch (MySqlSessionException error) when (!made && NotMade.Contains(error.Number))
            {
                await MakeAsync(session, cancellationToken);
            }
        }
    }

    private async Task<bool> SwapAsync(MySqlSession session, string token, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            $"UPDATE {Table} SET token = @new, session_id = @session, session_host = @host, "
                + "renewed_at = UTC_TIMESTAMP(6) WHERE lock_key = @key AND token = @old",
            cancellationToken,
            ("@new", _token),
            ("@session", SessionId),
            ("@host", _host),
            ("@key", _key),
            ("@old", token)) == 1;

    private static async Task MakeAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {Database}", cancellationToken);
        await session.ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {Table} (lock_key CHAR(64) NOT NULL, lock_name VARCHAR(255) NOT NULL, "
                + "token CHAR(32) NOT NULL, session_id BIGINT UNSIGNED NOT NULL, session_host VARCHAR(255) NOT NULL, "
                + "renewed_at DATETIME(6) NOT NULL, PRIMARY KEY (lock_key)) DEFAULT CHARSET = utf8mb4",
            cancellationToken);
    }

    private sealed record Holder(string Token, ulong Session, string Host, TimeSpan Age);
}

/// <summary>The times of a lock. Every holder and every successor of a row must use the same.</summary>
public sealed record LockRowTimes
{
    /// <summary>The server ends an idle session of the holder after this time (<c>wait_timeout</c>); seconds.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The holder of any lock uses its session so often, whatever else it does.</summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Added to <see cref="Idle"/> for servers of one cluster whose clocks differ.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(15);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public TimeSpan Lapse => Idle + Margin;
}
