using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Safety;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What one life reaches the world by.</summary>
internal sealed class TiDbWorldTargets(TiDbWorld world, TiDbLife life) : IEngineContext
{
    public DatabaseRollingUpgrade Upgrade => world.Upgrade.Status is null ? world.Upgrade with { Status = world.ReadStatus() } : world.Upgrade;

    public DatabaseSecrets Secrets { get; } = new() { Sql = new SqlLogin("root", "Sekret-77") };

    public IDatabaseHosts Hosts { get; } = new TiDbWorldHosts(world, life);

    public IServiceHttp Http { get; } = new TiDbWorldHttp(world, life);

    public IServiceHttp PlainHttp => Http;

    public IKubernetesClient Kubernetes { get; } = new LifeKubernetes(world.Objects, life);

    public IStorages Storages => world.Storages;

    public IConnectionFactory Connections => EndpointPolicy.Default;

    public TimeProvider Time => world.Time;

    public AsyncSignal SnapshotChanges { get; } = new();

    public string Redact(string text) => text.Replace("Sekret-77", "***", StringComparison.Ordinal);

    public void EnsureMayAct() => life.EnsureMayAct();

    public void OnEvent() => life.Wake();

    public IServiceHttp Connect(ServiceTlsMaterial? tls, ServiceLogin? login, string loginField) =>
        throw new NotSupportedException("TiDB has one TLS material");

    public IServiceHttp ConnectOnHost(ServiceLogin? login, string loginField) => new TiDbWorldGrafana(world, life);
}
