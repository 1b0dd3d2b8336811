namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The image under the roles of config/default: as it runs in a cluster, but for the kubelet.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class InstalledOperatorTests(InstallStage stage, LabFixture lab) : IClassFixture<InstallStage>
{
    // What the operator does with an encrypted private key.
    private const string OpenKey =
        """
        cd /tmp && ssh-keygen -q -t ed25519 -N phrase -f key && printf phrase >phrase \
          && DRYDOCK_PASSPHRASE_FILE=phrase SSH_ASKPASS=/opt/drydock/ssh-askpass.sh SSH_ASKPASS_REQUIRE=force ssh-keygen -q -p -N '' -f key </dev/null >/dev/null \
          && ssh-keygen -y -P '' -f key >/dev/null && rm key key.pub phrase && echo opened
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Image_takes_verified_dump_as_unprivileged_user_under_shipped_roles()
    {
        var space = LabFixture.UniqueName("snap");
        await PrepareSourceAsync(space);
        var container = await stage.StartOperatorAsync(Token);
        await stage.WaitUntilReadyAsync(container, Token);

        (await ExecAsync(container, "id -u")).ShouldBe("65532");
        (await stage.Host.TryDockerAsync(
            ["exec", container, "sh", "-c", ": > /opt/drydock/x"], cancellationToken: Token)).ExitCode.ShouldNotBe(0);
        (await ExecAsync(container, "grep CapEff /proc/1/status")).ShouldEndWith("0000000000000000");
        // ssh looks its own user up before it does anything else.
        (await ExecAsync(container, "ssh -G host.example | grep '^user '")).ShouldBe("user drydock");
        (await ExecAsync(container, OpenKey)).ShouldBe("opened");

        await Deadline.UntilAsync(
            "the snapshot to end",
            async token =>
                (await SnapshotAsync(space, token))["status"]?["phase"]?.GetValue<string>() is "Succeeded" or "Failed",
            cancellationToken: Token);

        var status = (await SnapshotAsync(space, Token))["status"]!;
        status["phase"]!.GetValue<string>()
            .ShouldBe("Succeeded", status["message"]?.GetValue<string>() ?? await stage.LogAsync(container));
        status["verified"]!.GetValue<string>().ShouldBe("ReadBack");
        var rows = status["databases"]!.AsArray().ShouldHaveSingleItem()!["rows"]!.GetValue<long>();
        rows.ShouldBe(2);

        // In order, so that the next operator need not wait for a lease nobody gave back.
        await stage.Host.DockerAsync(["stop", "--time", "20", container], cancellationToken: Token);
        await stage.Host.DockerAsync(["rm", "-f", container], cancellationToken: Token);
    }

    [Fact]
    public async Task Stopped_operator_exits_with_0_and_releases_lease()
    {
        var container = await stage.StartOperatorAsync(Token);
        await stage.WaitUntilReadyAsync(container, Token);
        await Deadline.UntilAsync(
            "the lease to be held", async token => (await stage.LeaseHolderAsync(token)).Length > 0,
            cancellationToken: Token);

        await stage.Host.DockerAsync(["stop", "--time", "20", container], cancellationToken: Token);

        (await stage.Host.DockerAsync(["inspect", "-f", "{{.State.ExitCode}}", container], cancellationToken: Token))
            .Trim().ShouldBe("0", await stage.LogAsync(container));
        (await stage.LeaseHolderAsync(Token)).ShouldBeEmpty(await stage.LogAsync(container));
        await stage.Host.DockerAsync(["rm", "-f", container], cancellationToken: Token);
    }

    [Fact]
    public async Task Shipped_roles_permit_only_what_operator_needs()
    {
        (await CanAsync("create", "leases.coordination.k8s.io", InstallStage.OperatorNamespace)).ShouldBeTrue();
        (await CanAsync("update", "omsupgrades.drydock.dev/status", "default")).ShouldBeTrue();
        (await CanAsync("get", "secrets", "default")).ShouldBeTrue();

        (await CanAsync("create", "leases.coordination.k8s.io", "default")).ShouldBeFalse();
        (await CanAsync("delete", "secrets", "default")).ShouldBeFalse();
        (await CanAsync("delete", "omsupgrades.drydock.dev", "default")).ShouldBeFalse();
        (await CanAsync("list", "pods", "default")).ShouldBeFalse();
        (await CanAsync("create", "pods/exec", "default")).ShouldBeFalse();
    }

    private async Task PrepareSourceAsync(string space)
    {
        var database = "install_" + space[^6..];
        var db = await lab.MetaDbAsync();
        await db.ExecAsync(
            $"CREATE DATABASE {database}; CREATE TABLE {database}.t (id INT PRIMARY KEY, text VARCHAR(40)); INSERT "
            + $"INTO {database}.t VALUES (1, 'a'), (2, 'b');",
            cancellationToken: Token);
        await db.CreateUserAsync(database, "not-a-real-password", cancellationToken: Token);
        await stage.Plane.KubectlAsync(["create", "namespace", space], cancellationToken: Token);
        await stage.Plane.KubectlAsync(
            ["-n", space, "apply", "-f", "-"],
            $$"""
            {"apiVersion":"v1","kind":"List","items":[
              {"apiVersion":"v1","kind":"Secret","metadata":{"name":"source"},"stringData":{"username":"{{database}}","password":"not-a-real-password"} },
              {"apiVersion":"drydock.dev/v1alpha1","kind":"BackupSnapshot","metadata":{"name":"one"},"spec":{
                "source":{"credentialsSecretRef":{"name":"source"},"host":"{{db.Address}}","port":{{db.Port}} },
                "databases":["{{database}}"],"storage":{"directory":{"path":"/var/lib/drydock/snapshots"} } } }]}
            """,
            Token);
    }

    private async Task<JsonNode> SnapshotAsync(string space, CancellationToken cancellationToken) =>
        JsonNode.Parse(await stage.Plane.KubectlAsync(
            ["-n", space, "get", "backupsnapshot", "one", "-o", "json"], cancellationToken: cancellationToken))!;

    private async Task<string> ExecAsync(string container, string command) =>
        (await stage.Host.DockerAsync(["exec", container, "sh", "-c", command], cancellationToken: Token)).Trim();

    private async Task<bool> CanAsync(string verb, string resource, string space)
    {
        // After a slash kubectl reads the name of an object.
        var (kind, part) = resource.Split('/') is [var whole, var below]
            ? (whole, (string[])[$"--subresource={below}"])
            : (resource, []);
        var answer = await stage.Plane.TryKubectlAsync(
            [
                "auth", "can-i", verb, kind, .. part, "-n", space, "--as",
                $"system:serviceaccount:{InstallStage.OperatorNamespace}:drydock-operator"
            ],
            cancellationToken: Token);
        return answer.Output.Trim() switch
        {
            "yes" => true,
            "no" => false,
            _ => throw new LabException($"kubectl auth can-i {verb} {resource}: {answer.Output}{answer.Error}"),
        };
    }
}
