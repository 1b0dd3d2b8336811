using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>A session on the server.</summary>
internal sealed class FakeSession(ulong id, string user, string host, string? program)
{
    public ulong Id => id;

    public string User => user;

    public string Host => host;

    public string? Database { get; set; }

    public HashSet<string> Locks { get; } = new(StringComparer.Ordinal);

    public ListedSession Seen() =>
        new(id, user, host, Database, Command: "", TimeSeconds: 0, State: null, Info: null) { Program = program };
}
