using AuthConfig = Docker.DotNet.Models.AuthConfig;

namespace Drydock.Reconcilers.Oms;

/// <summary>The connections of the steps of one upgrade, bound to the current spec and Secrets.</summary>
internal interface IOmsTargets
{
    OmsUpgrade Upgrade { get; }

    IKubernetesClient Kubernetes { get; }

    IArchiveReader Archives { get; }

    IDockerClient Docker(string node);

    /// <summary>What supervisord in a container answers to <c>supervisorctl status</c>, asked after this
    /// call.</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    /// <exception cref="DockerException">There is no such container, or the host cannot be asked.</exception>
    Task<SupervisorStatus> ProgramsAsync(string node, string container, CancellationToken cancellationToken);

    Task NextContainerEventAsync(string node, CancellationToken cancellationToken);

    /// <summary>Returns at the next change of the upgrade's snapshot object, or when cancelled.</summary>
    Task NextSnapshotChangeAsync(string snapshotName, CancellationToken cancellationToken);

    /// <summary>The metadata database. Credentials come from the Secret, or from config.yaml in a container.</summary>
    /// <exception cref="OmsMetadataException">config.yaml or the Secret cannot be read or used.</exception>
    Task<IOmsMetadata> MetadataAsync(CancellationToken cancellationToken);

    /// <summary>The API of the console; null where the spec gives no credentials for it.</summary>
    /// <exception cref="OmsApiException">The Secret does not exist or cannot be used.</exception>
    IOmsApi? Api(Uri usual);

    /// <summary>Call before every request but the first of an act that sends several: the engine checks only before the
    /// act.</summary>
    /// <exception cref="Drydock.Engine.Running.ActRefusedException">This process may not act any more.</exception>
    void EnsureMayAct();

    /// <summary>Credentials for pulling an image: those of spec.imagePullSecretRef for its registry. Null where the
    /// spec names no Secret.</summary>
    /// <exception cref="FormatException">The Secret does not exist, cannot be read, or has none for this registry. The
    /// message holds none of its values.</exception>
    AuthConfig? PullCredentials(string image);

    /// <summary>What the status of the upgrade is too small for.</summary>
    Overflow Overflow { get; }

    /// <summary>The projects as recorded before the upgrade; null if nothing listed them.</summary>
    /// <exception cref="ListUnavailableException">The record was deleted or changed.</exception>
    Task<ProjectRecord?> ProjectsBeforeAsync(CancellationToken cancellationToken);

    Secret? SecretValue(SecretKeyReference reference);

    Redactor Redactor { get; }
}
