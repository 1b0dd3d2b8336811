using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>A named lock held by one session of one life.</summary>
internal sealed class WorldLock(WorldMetadataServer server, OperatorLife life, string name, long connection)
    : IMetadataLock
{
    public string Name => name;

    public long ConnectionId => connection;

    public OperatorLife Life => life;

    public Task<T> RunAsync<T>(
        Func<MySqlSession, CancellationToken, Task<T>> action, CancellationToken cancellationToken) =>
        throw new NotSupportedException("the world has no SQL");

    public ValueTask DisposeAsync()
    {
        if (!life.IsDead)
        {
            server.Release(this);
        }

        return ValueTask.CompletedTask;
    }
}
