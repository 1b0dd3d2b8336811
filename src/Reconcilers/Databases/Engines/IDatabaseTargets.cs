namespace Drydock.Reconcilers.Databases;

/// <summary>What every engine needs of one upgrade, bound to its spec and Secrets as they are now.</summary>
internal interface IDatabaseTargets
{
    DatabaseRollingUpgrade Upgrade { get; }

    IDatabaseHosts Hosts { get; }

    IServiceHttp Http { get; }

    IKubernetesClient Kubernetes { get; }

    TimeProvider Time { get; }

    string Redact(string text);

    /// <summary>To be called before each but the first request of an act that sends several: the engine asks only
    /// before the act.</summary>
    /// <exception cref="Drydock.Engine.Running.ActRefusedException">This process may not act any more.</exception>
    void EnsureMayAct();
}
