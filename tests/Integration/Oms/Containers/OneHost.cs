using Drydock.Clients.Docker;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using AuthConfig = Docker.DotNet.Models.AuthConfig;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Integration.Oms.Containers;

/// <summary>The targets of a step that needs a dockerd and nothing else.</summary>
internal sealed class OneHost(DockerClient docker, ContainerSpec changes) : IOmsTargets
{
    public const string Uid = "0f0e";

    public OmsUpgrade Upgrade { get; } = new()
    {
        Metadata = new V1ObjectMeta { Name = "up", Namespace = "migration", Uid = Uid },
        Spec = new OmsUpgradeSpec { Container = changes },
    };

    public Redactor Redactor => Redactor.None;

    public IKubernetesClient Kubernetes => throw new NotSupportedException();

    public IArchiveReader Archives => throw new NotSupportedException();

    public Overflow Overflow => throw new NotSupportedException();

    public Task<ProjectRecord?> ProjectsBeforeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public DockerClient Docker(string node) => docker;

    public Task<SupervisorStatus> ProgramsAsync(string node, string container, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void EnsureMayAct()
    {
    }

    public Secret? SecretValue(SecretKeyReference reference) => new($"{reference.Name}/{reference.Key}");

    public Task NextContainerEventAsync(string node, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task NextSnapshotChangeAsync(string snapshotName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IOmsMetadata> MetadataAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IOmsApi? Api(Uri usual) => throw new NotSupportedException();

    public AuthConfig? PullCredentials(string image) => throw new NotSupportedException();
}
