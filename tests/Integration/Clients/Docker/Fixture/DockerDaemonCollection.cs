namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>The tests that share one engine; they run one after another, for some of them kill it.</summary>
[CollectionDefinition(Name)]
public sealed class DockerDaemonCollection : ICollectionFixture<DockerDaemonFixture>
{
    /// <summary>The name.</summary>
    public const string Name = "a real dockerd";
}
