namespace Drydock.Reconcilers.Databases;

/// <summary>The parts that an engine builds its clients from, bound to one upgrade.</summary>
internal interface IEngineContext : IDatabaseTargets
{
    DatabaseSecrets Secrets { get; }

    /// <summary>HTTP that is never encrypted.</summary>
    IServiceHttp PlainHttp { get; }

    IStorages Storages { get; }

    EndpointPolicy Endpoints { get; }

    IConnectionFactory Connections { get; }

    AsyncSignal SnapshotChanges { get; }

    /// <summary>Called on an event in the cluster; the run observes again.</summary>
    void OnEvent();

    /// <summary>HTTP with other TLS material and another login; disposed of with the context.</summary>
    /// <param name="tls">TLS material; null for plain HTTP.</param>
    /// <param name="login">The login; null if none is required.</param>
    IServiceHttp Connect(ServiceTlsMaterial? tls, ServiceLogin? login, string loginField);

    /// <summary>Plain HTTP whose connections are opened on the host that is asked, through ssh, so that the login
    /// crosses no network unencrypted; disposed of with the context.</summary>
    /// <param name="login">The login; null if none is required.</param>
    IServiceHttp ConnectOnHost(ServiceLogin? login, string loginField);
}
