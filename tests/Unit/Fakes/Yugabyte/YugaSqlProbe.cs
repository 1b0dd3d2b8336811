using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The SQL ports of the universe.</summary>
internal sealed class YugaSqlProbe(YugaWorld world, YugaLife life) : ISqlProbe
{
    public Task<string?> FindProblemAsync(SqlInterface kind, ServiceAddress address, CancellationToken cancellationToken) =>
        life.LookAsync(() =>
        {
            var server = world.Tservers.FirstOrDefault(t => t.Host == address.Host && address.Port == (kind == SqlInterface.Ysql ? 5433 : 9042));
            var isUp = server is { IsUp: true } && (kind == SqlInterface.Ycql || (world.Setup.Sql && !server.HasNoPostgres));
            return isUp ? null : "connection refused";
        });
}
