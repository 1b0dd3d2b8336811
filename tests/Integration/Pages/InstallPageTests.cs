namespace Drydock.Tests.Integration.Pages;

/// <summary>The commands of install.md and upgrade-the-operator.md, as a reader runs them.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class InstallPageTests(LabFixture lab)
{
    private const string Install = "docs/how-to/install.md", Upgrade = "docs/how-to/upgrade-the-operator.md", Space =
        "drydock-system";

    private const string TakeOver = "CRDs that kubectl applied";

    private static readonly string[] Kubectl = ["With kubectl", "For some namespaces only"];
    private static readonly string[] Helm = ["With Helm", TakeOver, "On OpenShift", "Without internet"];
    private static readonly string[] Source = ["From source", "The image"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/how-to/install.md")]
    [RunsPage("docs/how-to/upgrade-the-operator.md")]
    public void Every_block_of_the_pages_is_run() =>
        PageBlock.Read(Repository.PathOf(Install)).Where(block => block.Script is not null)
            .Select(block => block.Heading).Distinct(StringComparer.Ordinal)
            .ShouldBe([.. Kubectl, .. Helm, .. Source, "Uninstall"]);

    [Fact]
    public async Task Kubectl_sections_install_upgrade_and_remove_operator_but_not_dumps()
    {
        await using var plane = await StartAsync("kube-pages");
        var page = await PageAsync(plane, "kubectl");

        await page.RunPageAsync(Install, block => Source.Contains(block.Heading), Token);
        var installed = await page.RunPageAsync(Install, block => Kubectl.Contains(block.Heading), Token);

        installed[0].Output.ShouldContain("deployment.apps/drydock-operator created");
        installed[0].Output.ShouldEndWith("registry.example/drydock-operator:0.1.0");
        var arguments = await plane.KubectlAsync(
            ["-n", Space, "get", "deployment", "drydock-operator", "-o", "jsonpath={..args}"],
            cancellationToken: Token);
        arguments.ShouldContain("--watch-namespace=team-a");
        (await plane.KubectlAsync(["auth", "can-i", "get", "secrets", "-n", "team-a", "--as", "system:serviceaccount:"
            + $"{Space}:drydock-operator"], cancellationToken: Token)).Trim().ShouldBe("yes");
        page.ChangedFiles().ShouldBeEmpty();

        await page.RunAsync("rm -r my-drydock", "test", Token);
        await page.RunPageAsync(Upgrade, block => !block.Script!.Contains("helm", StringComparison.Ordinal), Token);
        (await ImageAsync(plane)).ShouldBe("registry.example/drydock-operator:0.1.0");

        await RefusedWhileObjectsExistAsync(plane, page);
        var claims = await ClaimsAsync(plane);
        await page.RunPageAsync(
            Install,
            block => block.Heading == "Uninstall" && !block.Script!.Contains("helm", StringComparison.Ordinal)
                && !block.Script.Contains("delete namespace", StringComparison.Ordinal),
            Token);

        (await ClaimsAsync(plane)).ShouldBe(claims);
        (await plane.KubectlAsync(["-n", Space, "get", "deployment", "-o", "name"], cancellationToken: Token))
            .ShouldBeEmpty();
        (await plane.KubectlAsync(
            ["get", "crd,clusterrole,clusterrolebinding", "-o", "name"], cancellationToken: Token))
            .ShouldNotContain("drydock");
    }

    [Theory]
    [InlineData("s3-only", 0)]
    [InlineData("namespaced", 2)]
    public async Task Variant_is_installed_by_digest(string variant, int claims)
    {
        const string Image = "registry.example:5000/tools/"
            + "drydock-operator@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        await using var plane = await StartAsync($"kube-{variant}");
        var page = await PageAsync(plane, variant);

        await page.RunAsync($"make install IMAGE={Image} VARIANT={variant}", variant, Token);

        (await ImageAsync(plane)).ShouldBe(Image);
        (await ClaimsAsync(plane)).Count.ShouldBe(claims);
        page.ChangedFiles().ShouldBeEmpty();

        await page.RunAsync($"make uninstall VARIANT={variant}", variant, Token);
        (await plane.KubectlAsync(
            ["get", "namespace", Space, "-o", "jsonpath={.status.phase}"], cancellationToken: Token))
            .ShouldBe("Active");
        (await ClaimsAsync(plane)).Count.ShouldBe(claims);
    }

    [Fact]
    public async Task Deletion_of_the_kustomization_keeps_namespace_and_claims()
    {
        await using var plane = await StartAsync("kube-delete");
        await plane.KubectlAsync(
            ["apply", "--validate=false", "-k", Repository.PathOf("config", "storage")], cancellationToken: Token);
        await plane.KubectlAsync(
            ["apply", "--validate=false", "-k", Repository.PathOf("config", "default")], cancellationToken: Token);

        await plane.KubectlAsync(["delete", "-k", Repository.PathOf("config", "default")], cancellationToken: Token);

        (await ClaimsAsync(plane)).Select(claim => claim.Split(' ')[0])
            .ShouldBe(["drydock-images", "drydock-snapshots"]);
    }

    // The server of the lab is 1.20, which knows no CEL. Helm installs a copy of the chart with a lower kubeVersion
    // there: 3.17 with the CRDs and without its own check of them; 4.1, whose apply the server refuses for them,
    // without the CRDs.
    [Theory]
    [InlineData("helm3", "--disable-openapi-validation", true)]
    [InlineData("helm", "--set crds.create=false", false)]
    public async Task Helm_sections_take_over_CRDs_upgrade_and_keep_claims(string helm, string flags, bool withCrds)
    {
        await using var plane = await StartAsync($"kube-{helm}");
        var page = await PageAsync(plane, helm);
        var program = (await Recipes.RunAsync("kube-clients.sh", Token))[helm];
        page.Fake("helm", $"case \"$1\" in install | upgrade) set -- \"$@\" {flags};; esac\nexec '{program}' \"$@\"");
        await RefusedAsync("chart requires kubeVersion: >=1.29.0-0 which is incompatible with Kubernetes v1.20.2");
        await page.RunAsync(
            "sed -i 's/^kubeVersion: .*/kubeVersion: \">=1.20.0-0\"/' charts/drydock/Chart.yaml", "test", Token);
        await plane.KubectlAsync(
            ["apply", "--validate=false", "-k", Repository.PathOf("config", "crd")], cancellationToken: Token);
        if (withCrds)
        {
            await RefusedAsync("cannot be imported into the current release");
        }

        // The page has the exception after the usual case; its reader does it first.
        await page.RunPageAsync(Install, block => block.Heading == TakeOver, Token);
        await page.RunPageAsync(Install, block => Helm.Contains(block.Heading), Token);
        (await ImageAsync(plane)).ShouldBe("registry.example/drydock-operator:0.1.0");
        await page.RunPageAsync(
            Upgrade,
            block => block.Script!.Contains("helm upgrade", StringComparison.Ordinal) && block.Heading == "Order",
            Token);
        (await ImageAsync(plane)).ShouldBe("registry.example/drydock-operator:0.2.0");
        await page.RunPageAsync(
            Upgrade,
            block => block.Script!.Contains("helm upgrade", StringComparison.Ordinal) && block.Heading == "Rollback",
            Token);
        (await ImageAsync(plane)).ShouldBe("registry.example/drydock-operator:0.1.0");
        var claims = await ClaimsAsync(plane);
        claims.Count.ShouldBe(2);

        await page.RunPageAsync(
            Install, block => block.Script!.Contains("helm uninstall", StringComparison.Ordinal), Token);

        (await ClaimsAsync(plane)).ShouldBe(claims);
        (await plane.KubectlAsync(["get", "crd", "-o", "name"], cancellationToken: Token))
            .ShouldContain("omsupgrades.drydock.dev");
        (await plane.KubectlAsync(["-n", Space, "get", "deployment", "-o", "name"], cancellationToken: Token))
            .ShouldBeEmpty();

        // A later installation uses the dumps again.
        await page.RunPageAsync(Install, IsHelmInstall, Token);
        (await ClaimsAsync(plane)).ShouldBe(claims);
        await page.RunPageAsync(
            Install, block => block.Script!.Contains("delete namespace", StringComparison.Ordinal), Token);

        async Task RefusedAsync(string why) =>
            (await Should.ThrowAsync<LabException>(() => page.RunPageAsync(Install, IsHelmInstall, Token))).Message
                .ShouldContain(why);

        static bool IsHelmInstall(PageBlock block) =>
            block.Heading == "With Helm" && block.Script!.Contains("helm install", StringComparison.Ordinal);
    }

    private static async Task RefusedWhileObjectsExistAsync(ControlPlane plane, PageRun page)
    {
        await plane.KubectlAsync(
            ["-n", "team-a", "apply", "--validate=false", "-f", "-"],
            """
            {"apiVersion":"drydock.dev/v1alpha1","kind":"BackupSnapshot","metadata":{"name":"kept"},"spec":{
              "source":{"credentialsSecretRef":{"name":"source"},"host":"192.0.2.50"},"databases":["oms_rm"],
              "storage":{"directory":{"path":"/var/lib/drydock/snapshots"} } } }
            """,
            Token);

        var refused = await Should.ThrowAsync<LabException>(() => page.RunAsync("make uninstall", "uninstall", Token));

        refused.Message.ShouldContain("BackupSnapshot");
        refused.Message.ShouldContain("kept");
        (await ImageAsync(plane)).ShouldNotBeEmpty();
    }

    private static async Task<string> ImageAsync(ControlPlane plane) =>
        await plane.KubectlAsync(
            ["-n", Space, "get", "deployment", "drydock-operator", "-o", "jsonpath={..image}"],
            cancellationToken: Token);

    private static async Task<List<string>> ClaimsAsync(ControlPlane plane)
    {
        var list = JsonNode.Parse(await plane.KubectlAsync(
            ["-n", Space, "get", "pvc", "-o", "json"], cancellationToken: Token))!["items"]!.AsArray();
        list.ShouldAllBe(claim => claim!["metadata"]!["deletionTimestamp"] == null);
        return [.. list.Select(claim => $"{claim!["metadata"]!["name"]} {claim["metadata"]!["uid"]}")
            .Order(StringComparer.Ordinal)];
    }

    private async Task<ControlPlane> StartAsync(string name) =>
        await ControlPlane.StartAsync(await lab.RunAsync(), new ControlPlaneOptions { Name = name }, Token);

    private async Task<PageRun> PageAsync(ControlPlane plane, string name) =>
        await PageRun.StartAsync(await lab.RunAsync(), plane, Repository.Root, name, Token);
}
