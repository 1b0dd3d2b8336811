using Drydock.Clients.Safety;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The parts that an engine builds its clients from, bound to one upgrade.</summary>
internal interface IEngineContext : IDatabaseTargets
{
    /// <summary>The Secrets of the upgrade.</summary>
    DatabaseSecrets Secrets { get; }

    /// <summary>HTTP that is never encrypted.</summary>
    IServiceHttp PlainHttp { get; }

    /// <summary>Storages of backups, saved configuration and archives.</summary>
    IStorages Storages { get; }

    /// <summary>Addresses that may be connected to.</summary>
    EndpointPolicy Endpoints { get; }

    /// <summary>Opens connections to the ports of the database: directly, or through ssh.</summary>
    IConnectionFactory Connections { get; }

    /// <summary>Set whenever a BackupSnapshot of this process changes.</summary>
    AsyncSignal SnapshotChanges { get; }

    /// <summary>Called on an event in the cluster; the run observes again.</summary>
    void OnEvent();

    /// <summary>HTTP with other TLS material and another login; disposed of with the context.</summary>
    /// <param name="tls">TLS material; null for plain HTTP.</param>
    /// <param name="login">The login; null if none is required.</param>
    /// <param name="loginField">The field of the spec that names the Secret with the login.</param>
    IServiceHttp Connect(ServiceTlsMaterial? tls, ServiceLogin? login, string loginField);

    /// <summary>
    /// Plain HTTP whose connections are opened on the host that is asked, through ssh, so that the login crosses no
    /// network unencrypted; disposed of with the context.
    /// </summary>
    /// <param name="login">The login; null if none is required.</param>
    /// <param name="loginField">The field of the spec that names the Secret with the login.</param>
    IServiceHttp ConnectOnHost(ServiceLogin? login, string loginField);
}
