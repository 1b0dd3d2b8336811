using Drydock.Lab.Commands;

namespace Drydock.Lab.Demo;

/// <summary>The metadata database of a background lab, reached by the mariadb command over its socket.</summary>
internal sealed class CliMetaDb(MetaDbState database) : IOmsMetaDb
{
    public string Host => database.Address;

    public int Port => database.Port;

    public Task<string> ExecAsync(string sql, string? db = null) =>
        Shell.RunAsync("mariadb", [
            "--no-defaults", "--protocol=socket", $"--socket={database.SocketPath}", "--user=root", "--batch",
            "--skip-column-names", "--raw", "--default-character-set=utf8mb4",
            .. db is null ? Array.Empty<string>() : [db]], sql);
}
