namespace Drydock.Tests.Integration.Lab;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ControlPlaneTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ControlPlane_serves_kubectl()
    {
        var plane = await lab.ControlPlaneAsync();
        var version = await plane.KubectlAsync(["version", "-o", "json"], cancellationToken: Token);

        using var json = JsonDocument.Parse(version);
        json.RootElement.GetProperty("serverVersion").GetProperty("major").GetString().ShouldBe("1");
        (await plane.KubectlAsync(["get", "namespaces", "-o", "name"], cancellationToken: Token))
            .ShouldContain("namespace/kube-system");
    }

    [Fact]
    public async Task Owned_object_is_collected_with_its_owner()
    {
        var plane = await lab.ControlPlaneAsync();
        var ns = await lab.NewNamespaceAsync();
        await plane.KubectlAsync(["-n", ns, "create", "configmap", "owner"], cancellationToken: Token);
        var uid = await plane.KubectlAsync(
            ["-n", ns, "get", "configmap", "owner", "-o", "jsonpath={.metadata.uid}"], cancellationToken: Token);
        await plane.KubectlAsync(
            ["apply", "-f", "-"],
            $$"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"owned","namespace":"{{ns}}",
              "ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{uid}}"}] } }
            """,
            Token);

        await plane.KubectlAsync(["-n", ns, "delete", "configmap", "owner"], cancellationToken: Token);

        await Deadline.UntilAsync(
            "the owned object to be collected",
            async token => (await plane.KubectlAsync(
                ["-n", ns, "get", "configmap", "owned", "--ignore-not-found", "-o", "name"],
                cancellationToken: token)).Length == 0,
            cancellationToken: Token);
    }

    [Fact]
    public async Task Namespace_is_deleted_with_its_objects()
    {
        var plane = await lab.ControlPlaneAsync();
        var ns = await lab.NewNamespaceAsync();
        await plane.KubectlAsync(
            ["-n", ns, "create", "secret", "generic", "s", "--from-literal=key=not-a-secret"],
            cancellationToken: Token);

        await plane.KubectlAsync(["delete", "namespace", ns, "--wait=true", "--timeout=60s"], cancellationToken: Token);

        (await plane.KubectlAsync(
            ["get", "namespace", ns, "--ignore-not-found", "-o", "name"], cancellationToken: Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task ServiceAccount_has_only_the_rights_of_its_roles()
    {
        await using var scratch = new ScratchFolder();
        var plane = await lab.ControlPlaneAsync();
        var ns = await lab.NewNamespaceAsync();
        await plane.KubectlAsync(["-n", ns, "create", "serviceaccount", "op"], cancellationToken: Token);
        await plane.KubectlAsync(
            ["-n", ns, "create", "role", "op", "--verb=list", "--resource=configmaps"], cancellationToken: Token);
        await plane.KubectlAsync(
            ["-n", ns, "create", "rolebinding", "op", "--role=op", $"--serviceaccount={ns}:op"],
            cancellationToken: Token);
        var kubeconfig = await plane.CreateServiceAccountKubeconfigAsync(
            ns, "op", scratch.File("kubeconfig"), cancellationToken: Token);

        (await KubectlAsync("get", "configmaps")).ExitCode.ShouldBe(0);
        var refused = await KubectlAsync("get", "secrets");

        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain($"system:serviceaccount:{ns}:op");
        (await Shell.RunAsync("stat", ["-c", "%a", kubeconfig], cancellationToken: Token)).Trim().ShouldBe("600");

        Task<ShellResult> KubectlAsync(params string[] arguments) =>
            Shell.TryRunAsync(
                plane.KubectlPath, ["--kubeconfig", kubeconfig, "--cache-dir", scratch.Path, "-n", ns, .. arguments],
                cancellationToken: Token);
    }

    [Fact]
    public async Task Objects_survive_kill_of_API_server_and_etcd()
    {
        await using var run = await LabRun.StartAsync(cancellationToken: Token);
        var plane = await ControlPlane.StartAsync(run, new ControlPlaneOptions { Controllers = false }, Token);
        await plane.KubectlAsync(["create", "configmap", "kept"], cancellationToken: Token);

        await plane.ApiServer.KillAsync();
        (await plane.TryKubectlAsync(["get", "configmap", "kept"], cancellationToken: Token)).ExitCode.ShouldNotBe(0);
        await plane.Etcd.KillAsync();
        await plane.StartEtcdAsync(Token);
        await plane.StartApiServerAsync(Token);

        (await plane.KubectlAsync(["get", "configmap", "kept", "-o", "name"], cancellationToken: Token))
            .ShouldContain("kept");
        Should.Throw<InvalidOperationException>(() => plane.Controllers);
    }

    [Fact]
    public async Task CEL_rules_are_enforced_through_the_control_plane_address()
    {
        // A group of its own: a group is served either from the CRD server or from the control plane.
        var plane = await lab.ControlPlaneAsync();
        var crds = await lab.CrdServerAsync();
        var ns = await lab.NewNamespaceAsync();
        await crds.ApplyCrdAsync("boats.cel.lab.drydock.dev", BoatCrd, Token);
        await crds.RegisterGroupAsync("cel.lab.drydock.dev", "v1", Token);

        var refused = await plane.TryKubectlAsync(["-n", ns, "apply", "-f", "-"], Boat(11), Token);
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("too long for the dock");
        (await plane.KubectlAsync(["-n", ns, "apply", "--server-side", "-f", "-"], Boat(9), Token))
            .ShouldContain("serverside-applied");
        (await plane.KubectlAsync(
            ["-n", ns, "get", "boats", "-o", "jsonpath={.items[*].spec.length}"], cancellationToken: Token))
            .ShouldBe("9");
        var (status, body) = await crds.SendAsync(
            HttpMethod.Post, $"/apis/cel.lab.drydock.dev/v1/namespaces/{ns}/boats?fieldValidation=Strict",
            Boat(1).Replace("length", "lenght", StringComparison.Ordinal), cancellationToken: Token);
        ((int)status).ShouldBe(400);
        body.ShouldContain("spec.lenght");
    }

    private const string BoatCrd =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: boats.cel.lab.drydock.dev}
        spec:
          group: cel.lab.drydock.dev
          scope: Namespaced
          names: {plural: boats, singular: boat, kind: Boat}
          versions:
            - name: v1
              served: true
              storage: true
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec:
                      type: object
                      properties: {length: {type: integer}}
                      x-kubernetes-validations:
                        - rule: "self.length < 10"
                          message: too long for the dock
        """;

    private static string Boat(int length) =>
        $$"""{"apiVersion":"cel.lab.drydock.dev/v1","kind":"Boat","metadata":{"name":"b{{length}}"},"spec":{"length":{{length}} } }""";
}
