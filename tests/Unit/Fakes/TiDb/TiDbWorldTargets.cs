using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What one life reaches the world by.</summary>
internal sealed class TiDbWorldTargets(TiDbWorld world, TiDbLife life) : ITiDbTargets
{
    public DatabaseRollingUpgrade Upgrade => world.Upgrade;

    public DatabaseSecrets Secrets { get; } = new() { Sql = new SqlLogin("root", "Sekret-77") };

    public IDatabaseHosts Hosts { get; } = new TiDbWorldHosts(world, life);

    public IServiceHttp Http { get; } = new TiDbWorldHttp(world, life);

    public IServiceHttp PlainHttp => Http;

    public IServiceHttp GrafanaHttp { get; } = new TiDbWorldGrafana(world, life);

    public IKubernetesClient Kubernetes { get; } = new TiDbWorldKubernetes(world, life);

    public IDatabaseSql Sql { get; } = new TiDbWorldSql(world, life);

    public IStorages Storages => world.Storages;

    public TimeProvider Time => world.Time;

    public AsyncSignal SnapshotChanges { get; } = new();

    public string Redact(string text) => text.Replace("Sekret-77", "***", StringComparison.Ordinal);

    public void EnsureMayAct() => life.EnsureMayAct();
}
