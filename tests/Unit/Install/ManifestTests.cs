using System.Diagnostics;
using Drydock.Operator;
using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Unit.Install;

public sealed class ManifestTests
{
    private static readonly string[] Parts = ["crd", "rbac", "manager"];
    private static readonly string[] Variants = ["default", "s3-only", "namespaced"];
    private static readonly string[] Kustomizations = [.. Parts, .. Variants, "storage", "policy", "namespaced/tenant"];

    [Fact]
    public async Task Assembled_files_match_their_sources()
    {
        var fresh = Directory.CreateTempSubdirectory("drydock-assembled-").FullName;
        try
        {
            using var assembly = Process.Start(
                new ProcessStartInfo("bash", [Repository.PathOf("config", "assemble.sh"), fresh])
                {
                    RedirectStandardError = true,
                    UseShellExecute = false
                })!;
            var complaint = await assembly.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await assembly.WaitForExitAsync(TestContext.Current.CancellationToken);
            assembly.ExitCode.ShouldBe(0, complaint);

            var made = Directory.EnumerateFiles(fresh, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(fresh, f)).Order(StringComparer.Ordinal).ToList();
            made.Count.ShouldBe(13);
            foreach (var file in made)
            {
                (await File.ReadAllTextAsync(Repository.PathOf(file), TestContext.Current.CancellationToken))
                    .ShouldBe(
                        await File.ReadAllTextAsync(Path.Combine(fresh, file), TestContext.Current.CancellationToken),
                        $"{file} is stale: run make generate");
            }

            made.Where(IsCrd).Select(f => Path.GetFileName(f)!).ShouldBe(
                Directory.EnumerateFiles(Repository.PathOf("charts", "drydock", "templates")).Where(IsCrd)
                    .Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
            Directory.Exists(Repository.PathOf("charts", "drydock", "crds"))
                .ShouldBeFalse("Helm never upgrades what is in that folder");
        }
        finally
        {
            Directory.Delete(fresh, recursive: true);
        }

        static bool IsCrd(string file) => Path.GetFileName(file).StartsWith("crd-", StringComparison.Ordinal);
    }

    [Fact]
    public void Kustomizations_use_only_fields_of_kustomize_2_0_3()
    {
        foreach (var folder in Kustomizations)
        {
            var path = Repository.PathOf("config", folder, "kustomization.yaml");
            var kustomization = YamlToJson.ReadAll(path).ShouldHaveSingleItem().AsObject();
            kustomization.Select(field => field.Key).ShouldBeSubsetOf(["apiVersion", "kind", "resources"], path);
            foreach (var resource in kustomization["resources"]!.AsArray().Select(r => r!.GetValue<string>()))
            {
                // 2.0.3 takes files only, and no kustomize takes one from outside its folder.
                resource.ShouldNotContain("/");
                File.Exists(Repository.PathOf("config", folder, resource)).ShouldBeTrue($"{folder}/{resource}");
            }
        }
    }

    [Fact]
    public void Installation_contains_exactly_the_objects_of_its_parts()
    {
        var parts = Parts.SelectMany(Resources).ToList();

        Manifest.Objects.Select(Id).Order(StringComparer.Ordinal)
            .ShouldBe(parts.Select(Id).Order(StringComparer.Ordinal));
        var withoutClaims = YamlToJson.ReadAll(Repository.PathOf("config", "s3-only", "install.yaml"));
        // A namespace must exist before the objects in it, whatever order a tool applies in.
        Manifest.Text(withoutClaims[0], "kind").ShouldBe("Namespace");
        withoutClaims.Skip(1).Select(Id).ShouldBe(Manifest.Objects.Select(Id));
        withoutClaims.Single(o => Manifest.Text(o, "kind") == "Deployment").ToJsonString()
            .ShouldNotContain("persistentVolumeClaim");
        withoutClaims.Single(o => Manifest.Text(o, "kind") == "Deployment").ToJsonString()
            .ShouldNotContain("--storage-root");

        static string Id(JsonNode node) => $"{Manifest.Text(node, "apiVersion")} {Manifest.Text(node, "kind")} "
            + $"{node["metadata"]!["namespace"]} {Manifest.Name(node)}";
    }

    [Fact]
    public void Namespace_and_claims_are_outside_of_the_installation_and_kept_by_every_tool()
    {
        Manifest.Objects.ShouldAllBe(
            o => Manifest.Text(o, "kind") != "Namespace" && Manifest.Text(o, "kind") != "PersistentVolumeClaim");
        var storage = Resources("storage").ToList();

        storage.Select(o => Manifest.Text(o, "kind"))
            .ShouldBe(["Namespace", "PersistentVolumeClaim", "PersistentVolumeClaim"]);
        foreach (var node in storage)
        {
            var annotations = node["metadata"]!["annotations"]!;
            Manifest.Text(annotations, "argocd.argoproj.io/sync-options").ShouldBe("Prune=false,Delete=false");
            Manifest.Text(annotations, "kustomize.toolkit.fluxcd.io/prune").ShouldBe("disabled");
        }

        storage.Skip(1).ShouldAllBe(
            claim => Manifest.Text(claim["metadata"]!["annotations"]!, "helm.sh/resource-policy") == "keep");
    }

    [Fact]
    public void Every_object_carries_the_labels_of_the_installation()
    {
        string[] expected =
        [
            "app.kubernetes.io/name drydock", "app.kubernetes.io/instance drydock",
            "app.kubernetes.io/component operator"
        ];
        var objects =
            Variants.SelectMany(variant => YamlToJson.ReadAll(Repository.PathOf("config", variant, "install.yaml")))
                .Concat(Resources("storage"))
                .Where(o => Manifest.Text(o, "kind") is not ("CustomResourceDefinition" or "Namespace"))
                .Select(o => o["metadata"]!["labels"]!)
                .Append(Manifest.Deployment["spec"]!["selector"]!["matchLabels"]!)
                .Append(Manifest.Deployment["spec"]!["template"]!["metadata"]!["labels"]!);

        foreach (var labels in objects)
        {
            labels.AsObject().Where(l => l.Key.StartsWith("app.", StringComparison.Ordinal))
                .Select(l => $"{l.Key} {l.Value}").ShouldBe(expected, labels.Parent!.ToJsonString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("drydock-operator")]
    [InlineData("registry.example:5000/drydock-operator")]
    [InlineData("registry.example/drydock-operator@sha256:12")]
    [InlineData("registry.example/a b:1")]
    public async Task Install_refuses_an_image_without_tag_or_digest(string image)
    {
        var (code, error) = await InstallAsync(image, "default");

        code.ShouldBe(1);
        error.ShouldContain($"IMAGE is '{image}'");
    }

    [Fact]
    public async Task Install_refuses_an_unknown_variant()
    {
        var (code, error) = await InstallAsync("registry.example:5000/drydock-operator:1", "../default");

        code.ShouldBe(1);
        error.ShouldContain("Use default, s3-only or namespaced.");
    }

    // Neither case reaches the cluster: there is no kubectl.
    private static async Task<(int Code, string Error)> InstallAsync(string image, string variant)
    {
        var start = new ProcessStartInfo(
            "/bin/bash", [Repository.PathOf("config", "install.sh"), "install", image, variant])
        {
            RedirectStandardError = true,
            UseShellExecute = false
        };
        start.Environment["PATH"] = "/usr/bin:/bin";
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, error);
    }

    private static IEnumerable<JsonNode> Resources(string folder) =>
        YamlToJson.ReadAll(Repository.PathOf("config", folder, "kustomization.yaml"))[0]["resources"]!.AsArray()
            .SelectMany(file => YamlToJson.ReadAll(Repository.PathOf("config", folder, file!.GetValue<string>())));

    [Fact]
    public void Pod_runs_as_unprivileged_user_with_restricted_rights()
    {
        var pod = Manifest.Pod["securityContext"]!;
        var container = Manifest.Container["securityContext"]!;

        pod["runAsNonRoot"]!.GetValue<bool>().ShouldBeTrue();
        pod["runAsUser"]!.GetValue<long>().ShouldBe(65532);
        pod["fsGroup"]!.GetValue<long>().ShouldBe(65532);
        pod["seccompProfile"]!["type"]!.GetValue<string>().ShouldBe("RuntimeDefault");
        container["readOnlyRootFilesystem"]!.GetValue<bool>().ShouldBeTrue();
        container["allowPrivilegeEscalation"]!.GetValue<bool>().ShouldBeFalse();
        container["privileged"]!.GetValue<bool>().ShouldBeFalse();
        container["capabilities"]!.ToJsonString().ShouldBe("""{"drop":["ALL"]}""");
        Manifest.Pod["hostNetwork"].ShouldBeNull();
        Manifest.Pod["volumes"]!.AsArray().ShouldAllBe(v => v!["hostPath"] == null);
    }

    [Fact]
    public void Deployment_has_one_replica_and_strategy_Recreate()
    {
        Manifest.Deployment["spec"]!["replicas"]!.GetValue<long>().ShouldBe(1);
        Manifest.Deployment["spec"]!["strategy"]!["type"]!.GetValue<string>().ShouldBe("Recreate");
    }

    [Fact]
    public void Command_line_accepts_every_argument_of_the_manifest()
    {
        var arguments = Manifest.Container["args"]!.AsArray().Select(a => a!.GetValue<string>().Replace(
            "$(POD_NAMESPACE)", "drydock-system", StringComparison.Ordinal)).ToList();

        var parsed = OperatorCommand.Create().Parse(arguments);

        parsed.Errors.ShouldBeEmpty();
        parsed.UnmatchedTokens.ShouldBeEmpty();
        Manifest.Container["env"]!.AsArray().Select(e => Manifest.Text(e!, "name"))
            .ShouldBe(["POD_NAMESPACE", "POD_NAME", "POD_UID"]);
    }

    [Fact]
    public void Volumes_are_mounted_where_the_samples_store_files()
    {
        var mounts = Manifest.Container["volumeMounts"]!.AsArray().Select(m => Manifest.Text(m!, "mountPath")).ToList();
        var claims = Resources("storage").Where(o => Manifest.Text(o, "kind") == "PersistentVolumeClaim")
            .Select(Manifest.Name).ToList();
        var samples = Directory.EnumerateFiles(Repository.PathOf("config", "samples")).SelectMany(YamlToJson.ReadAll)
            .SelectMany(Directories).ToList();

        samples.Count.ShouldBeGreaterThan(2);
        samples.ShouldBeSubsetOf(mounts);
        Manifest.Pod["volumes"]!.AsArray().Select(v => v!["persistentVolumeClaim"]?["claimName"]?.GetValue<string>())
            .OfType<string>().ShouldBe(claims, ignoreOrder: true);

        static IEnumerable<string> Directories(JsonNode? node) => node switch
        {
            JsonObject map => map.SelectMany(e => e is { Key: "directory", Value: JsonObject at }
                ? [at["path"]!.GetValue<string>()]
                : Directories(e.Value)),
            JsonArray list => list.SelectMany(Directories),
            _ => [],
        };
    }

    [Theory]
    [InlineData("default", new[]
    {
        "ClusterRoleBinding drydock-operator", "ClusterRoleBinding drydock-operator-cluster",
        "RoleBinding drydock-operator-leases"
    })]
    [InlineData("namespaced", new[]
    {
        "ClusterRoleBinding drydock-operator-cluster", "RoleBinding drydock-operator",
        "RoleBinding drydock-operator-leases"
    })]
    public void Roles_are_bound_to_the_service_account_without_wildcard(string variant, string[] bound)
    {
        var objects = YamlToJson.ReadAll(Repository.PathOf("config", variant, "install.yaml"));
        var account = objects.Single(o => Manifest.Text(o, "kind") == "ServiceAccount");
        Manifest.Text(Manifest.Pod, "serviceAccountName").ShouldBe(Manifest.Name(account));
        var bindings = objects.Where(o => Manifest.Text(o, "kind").EndsWith("Binding", StringComparison.Ordinal))
            .ToList();
        bindings.Select(b => $"{Manifest.Text(b, "kind")} {Manifest.Name(b)}").Order(StringComparer.Ordinal)
            .ShouldBe(bound);
        foreach (var binding in bindings)
        {
            var kind = Manifest.Text(binding["roleRef"]!, "kind");
            kind.ShouldBe(Manifest.Text(binding, "kind").Replace("Binding", "", StringComparison.Ordinal));
            var subject = binding["subjects"]!.AsArray().ShouldHaveSingleItem()!;
            Manifest.Text(subject, "name").ShouldBe(Manifest.Name(account));
            Manifest.Text(subject, "namespace").ShouldBe(account["metadata"]!["namespace"]!.GetValue<string>());
            var role = objects.Single(o => Manifest.Text(o, "kind") == kind
                && Manifest.Name(o) == Manifest.Text(binding["roleRef"]!, "name"));
            role["metadata"]!["namespace"]?.GetValue<string>()
                .ShouldBe(binding["metadata"]!["namespace"]!.GetValue<string>());
            foreach (var rule in role["rules"]!.AsArray())
            {
                rule!.ToJsonString().ShouldNotContain("*");
                rule["resources"]!.ToJsonString().ShouldNotContain("\"pods");
                (kind == "ClusterRole" && variant == "namespaced" && rule["resourceNames"] is null)
                    .ShouldBeFalse("nothing but the operator's own CRDs may be read in the whole cluster");
                if (rule["resources"]!.ToJsonString().Contains("\"secrets\"", StringComparison.Ordinal))
                {
                    rule["verbs"]!.ToJsonString().ShouldNotContain("delete");
                }
            }
        }
    }

    [Fact]
    public void Namespaced_installation_serves_its_own_namespace()
    {
        var deployment = YamlToJson.ReadAll(Repository.PathOf("config", "namespaced", "install.yaml"))
            .Single(o => Manifest.Text(o, "kind") == "Deployment");
        var arguments = deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray()
            .Select(a => a!.GetValue<string>()).ToList();

        arguments.ShouldContain("--watch-namespace=$(POD_NAMESPACE)");
        arguments.Where(a => a != "--watch-namespace=$(POD_NAMESPACE)")
            .ShouldBe(Manifest.Container["args"]!.AsArray().Select(a => a!.GetValue<string>()));
    }
}
