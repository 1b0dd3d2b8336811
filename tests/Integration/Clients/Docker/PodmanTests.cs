using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

/// <summary>podman's service of today speaks Docker's API. Preflight refuses it, so it has to be recognised.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class PodmanTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_of_podman_is_recognised_by_its_version()
    {
        var run = await lab.RunAsync();
        var folder = run.FolderFor(LabFixture.UniqueName("podman"));
        var socket = Path.Combine(folder, "podman.sock");
        await using var service = run.StartProcess(new LabProcessOptions
        {
            Name = "podman",
            FileName = "podman",
            System = await LabSystem.GetAsync(LabSystem.Sid, Token),
            Arguments =
            [
                "--root", Path.Combine(folder, "storage"), "--runroot", Path.Combine(folder, "run"), "--storage-driver",
                "vfs", "system", "service", "--time=0", $"unix://{socket}"
            ],
            WorkingDirectory = folder,
        });
        await service.WaitUntilReadyAsync(_ => Task.FromResult(File.Exists(socket)), cancellationToken: Token);
        await using var client = DockerDaemonFixture.Client(DockerEndpoint.Parse($"unix://{socket}"));

        var version = await client.System.GetVersionAsync(Token);

        version.IsPodman.ShouldBeTrue();
        Version.Parse(version.Version).Major.ShouldBeGreaterThanOrEqualTo(5);
    }
}
