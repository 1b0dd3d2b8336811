using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>A session on the server.</summary>
internal sealed class FakeSession(ulong id, string user, string host, string? program)
{
    public ulong Id => id;

    public string User => user;

    public string Host => host;

    public string? Database { get; set; }

    public HashSet<string> Locks { get; } = new(StringComparer.Ordinal);

    public ServerSession Seen() => new(id, user, host, Database, program);
}
