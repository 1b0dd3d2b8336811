namespace Drydock.Tests.Unit.Fakes;

/// <summary>What one life reaches the world by.</summary>
internal static class TiDbWorldTargets
{
    private const string Password = "Sekret-77";

    public static EngineContext Of(TiDbWorld world, TiDbLife life) => new(
        () => world.Upgrade.Status is null ? world.Upgrade with { Status = world.ReadStatus() } : world.Upgrade,
        new DatabaseSecrets { Sql = new SqlLogin("root", Password), Confidential = [new Secret(Password)] },
        life,
        (_, _, _, onHost) => onHost ? new TiDbWorldGrafana(world, life) : new TiDbWorldHttp(world, life))
    {
        Hosts = new TiDbWorldHosts(world, life),
        Kubernetes = new LifeKubernetes(world.Objects, life),
        Storages = world.Storages,
        Connections = EndpointPolicy.Default,
        Time = world.Time,
        OnEvent = life.Wake,
    };
}
