using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What every engine needs of one upgrade, bound to its spec and Secrets as they are now.</summary>
internal interface IDatabaseTargets
{
    /// <summary>The upgrade as last read.</summary>
    DatabaseRollingUpgrade Upgrade { get; }

    /// <summary>The hosts of its processes.</summary>
    IDatabaseHosts Hosts { get; }

    /// <summary>HTTP to its processes: plain or TLS as the spec says.</summary>
    IServiceHttp Http { get; }

    /// <summary>The API server of the upgrade: children, and the Secret with the saved configuration.</summary>
    IKubernetesClient Kubernetes { get; }

    TimeProvider Time { get; }

    /// <summary>Masks every known secret in a text.</summary>
    string Redact(string text);

    /// <summary>
    /// To be called before each but the first request of an act that sends several: the engine asks only before the
    /// act.
    /// </summary>
    /// <exception cref="Drydock.Engine.Running.ActRefusedException">This process may not act any more.</exception>
    void EnsureMayAct();
}
