namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The chart, rendered by both Helms, against the manifests that kubectl 1.35 renders, and on the API server.
/// </summary>
public sealed class ChartRenderingTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chart_is_without_a_warning_and_packaged()
    {
        var folder = (await lab.RunAsync()).FolderFor(Path.Combine("chart", LabFixture.UniqueName("package")));

        (await Chart.HelmAsync(["lint", "--strict", Chart.Folder], Token)).ShouldAllBe(lint => lint.ExitCode == 0);
        (await Chart.HelmAsync(["package", Chart.Folder, "--destination", folder], Token))
            .ShouldAllBe(package => package.ExitCode == 0);

        var package = Directory.EnumerateFiles(folder).ShouldHaveSingleItem();
        (await Chart.HelmAsync(["template", "drydock", package], Token))
            .ShouldAllBe(rendered => rendered.ExitCode == 0);
    }

    [Fact]
    public async Task Chart_refuses_Kubernetes_below_1_29()
    {
        (await Chart.RefusalsAsync(Token, "--kube-version", "1.28.15"))
            .ShouldAllBe(error => error.Contains("chart requires kubeVersion: >=1.29.0-0", StringComparison.Ordinal));

        (await Chart.RenderAsync(Token, "--kube-version", "1.29.0-eks-1")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("default", "storage", "crds.create=true")]
    [InlineData("s3-only", "", "snapshots.enabled=false,images.enabled=false")]
    [InlineData("namespaced", "storage", "watchNamespaces={drydock-system-too}")]
    public async Task Chart_installs_the_same_objects_as_kustomize(string variant, string storage, string values)
    {
        var manifests = new List<JsonNode>(await Chart.KustomizeAsync(Repository.PathOf("config", variant), Token));
        if (storage.Length > 0)
        {
            manifests.AddRange(await Chart.KustomizeAsync(Repository.PathOf("config", storage), Token));
        }

        var chart = await Chart.RenderAsync(Token, "--set", values);

        chart.Select(Bare)
            .Select(text => text.Replace("=drydock-system-too", "=$(POD_NAMESPACE)", StringComparison.Ordinal)
                .Replace("drydock-system-too", "drydock-system", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ShouldBe(manifests.Where(o => Chart.Kind(o) != "Namespace").Select(Bare).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Chart_has_the_policy_of_kustomize_with_its_own_names()
    {
        var policy = await Chart.KustomizeAsync(Repository.PathOf("config", "policy"), Token);
        var chart = await Chart.RenderAsync(
            Token, "--set", "approvalPolicy.enabled=true",
            "--set", "approvalPolicy.approvers={dba,oncall}",
            "--set", "approvalPolicy.trusted={system:serviceaccount:argocd:argocd-application-controller}");

        chart.Where(o => Chart.Kind(o).StartsWith("ValidatingAdmissionPolicy", StringComparison.Ordinal))
            .Select(o => Bare(o)
                .Replace(Quoted("'dba', 'oncall'"), Quoted("'drydock-approvers'"), StringComparison.Ordinal)
                .Replace(
                    "drydock-system-too:drydock-operator"
                    + Quoted("', 'system:serviceaccount:argocd:argocd-application-controller'"),
                    "drydock-system:drydock-operator" + Quoted("'"), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ShouldBe(policy.Select(o => Bare(Labelled(o))).Order(StringComparer.Ordinal));

        static string Quoted(string text) => JsonValue.Create(text).ToJsonString().Trim('"');

        static JsonNode Labelled(JsonNode node)
        {
            var labelled = node.DeepClone();
            labelled["metadata"]!["labels"] = new JsonObject
            {
                ["app.kubernetes.io/name"] = "drydock",
                ["app.kubernetes.io/instance"] = "drydock",
                ["app.kubernetes.io/component"] = "operator",
            };
            return labelled;
        }
    }

    [Fact]
    public async Task Chart_with_namespaces_grants_no_cluster_right_on_Secrets()
    {
        var rendered = await Chart.RenderAsync(Token, "--set", "watchNamespaces={team-a,team-b}");

        rendered.Where(o => Chart.Kind(o) is "Role" or "RoleBinding")
            .Select(o => $"{Chart.Kind(o)} {o["metadata"]!["namespace"]} {Chart.Name(o)}").Order(StringComparer.Ordinal)
            .ShouldBe(
            [
                "Role drydock-system-too drydock-operator-leases", "Role team-a drydock-operator",
                "Role team-b drydock-operator",
                "RoleBinding drydock-system-too drydock-operator-leases", "RoleBinding team-a drydock-operator",
                "RoleBinding team-b drydock-operator",
            ]);
        var bound = rendered.Where(o => Chart.Kind(o) == "ClusterRoleBinding")
            .ShouldHaveSingleItem()["roleRef"]!["name"]!.GetValue<string>();
        rendered.Single(o => Chart.Kind(o) == "ClusterRole" && Chart.Name(o) == bound)["rules"]!.AsArray()
            .ShouldHaveSingleItem()!["resourceNames"]!.AsArray().Count.ShouldBe(4);
        rendered.Where(o => Chart.Kind(o) == "ClusterRole")
            .ShouldAllBe(o => !o["rules"]!.ToJsonString().Contains("secrets", StringComparison.Ordinal));
        Chart.Arguments(rendered).Where(a => a.StartsWith("--watch", StringComparison.Ordinal))
            .ShouldBe(["--watch-namespace=team-a", "--watch-namespace=team-b"]);
    }

    [Fact]
    public async Task Chart_contains_CRDs_and_user_roles_unless_disabled()
    {
        var rendered = await Chart.RenderAsync(Token);
        var crds = rendered.Where(o => Chart.Kind(o) == "CustomResourceDefinition").ToList();
        crds.Count.ShouldBe(4);
        crds.ShouldAllBe(c => c["metadata"]!["annotations"]!["helm.sh/resource-policy"]!.GetValue<string>() == "keep");
        crds.ShouldAllBe(c => c["metadata"]!["annotations"]!["drydock.dev/schema"]!.GetValue<string>().Length > 0);
        rendered.Where(o => Chart.Kind(o) == "ClusterRole")
            .SelectMany(o => o["metadata"]!["labels"]!.AsObject().Select(l => l.Key))
            .Where(l => l.StartsWith("rbac.", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count()
            .ShouldBe(3);

        var without = await Chart.RenderAsync(Token, "--set", "crds.create=false,rbac.aggregate=false");

        without.Count.ShouldBe(rendered.Count - 7);
        without.ShouldAllBe(o => Chart.Kind(o) != "CustomResourceDefinition");
    }

    [Fact]
    public async Task NetworkPolicy_opens_pod_port_to_named_peers_only()
    {
        (await Ingress()).ShouldContain("monitoring", Case.Sensitive, "the default is that of config/manager");
        (await Ingress("--set", "networkPolicy.from=null")).ShouldBe("null");
        (await Chart.RenderAsync(Token, "--set", "networkPolicy.enabled=false"))
            .ShouldAllBe(o => Chart.Kind(o) != "NetworkPolicy");
        var rendered = await Chart.RenderAsync(Token, "-f", await FileAsync(
            """{"networkPolicy":{"from":[{"namespaceSelector":{"matchLabels":{"team":"sre"}}}]}}"""));

        var policy = rendered.Single(o => Chart.Kind(o) == "NetworkPolicy")["spec"]!;
        var pod = Chart.Pod(rendered);
        policy["podSelector"]!["matchLabels"]!.AsObject()
            .ShouldAllBe(l => pod["metadata"]!["labels"]![l.Key]!.ToJsonString() == l.Value!.ToJsonString());
        var rule = policy["ingress"]!.AsArray().ShouldHaveSingleItem()!;
        rule["ports"]![0]!["port"]!.GetValue<long>()
            .ShouldBe(Chart.Container(rendered)["ports"]![0]!["containerPort"]!.GetValue<long>());
        rule["from"]!.ToJsonString().ShouldContain("sre");
        policy["policyTypes"]!.ToJsonString().ShouldBe("""["Ingress"]""");

        async Task<string> Ingress(params string[] flags) =>
            (await Chart.RenderAsync(Token, flags))
                .Single(o => Chart.Kind(o) == "NetworkPolicy")["spec"]!["ingress"]?.ToJsonString() ?? "null";
    }

    [Fact]
    public async Task API_server_accepts_chart_with_every_value_set()
    {
        var plane = await lab.ControlPlaneAsync();
        var rendered = await Chart.RenderAsync(Token, "-f", await FileAsync(
            """
            {"watchNamespaces":["only-here","and-here"],"user":1000660000,"hostNetwork":true,"imagePullSecrets":[{"name":"pull"}],
             "fullnameOverride":"dock","nameOverride":"yard","commonLabels":{"cost-centre":"42"},
             "extraObjects":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"more"}}],"image":{"digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
             "nodeSelector":{"disk":"fast"},"tolerations":[{"key":"k","operator":"Exists"}],"affinity":{"nodeAffinity":{}},
             "podAnnotations":{"a":"b"},"podLabels":{"team":"dba"},"priorityClassName":"system-cluster-critical",
             "replicas":2,"snapshots":{"existingClaim":"mine","accessMode":"ReadWriteMany"},"images":{"storageClassName":"slow","accessMode":"ReadWriteMany"},
             "storage":{"roots":["/mnt/more"],"shared":true},"s3":{"ownCredentials":true},"scratch":{"medium":"Memory"},
             "extraArgs":["--storage-timeout=30"],"extraEnv":[{"name":"HTTPS_PROXY","value":"http://proxy.example:3128"}],
             "extraVolumes":[{"name":"more","emptyDir":{}}],"extraVolumeMounts":[{"name":"more","mountPath":"/mnt/more"}],
             "allowUnixEndpoints":true,"allowAddresses":["127.0.0.1/32"],"serviceAccount":{"annotations":{"role":"arn"}},
             "networkPolicy":{"enabled":true},"metrics":{"service":{"enabled":true,"annotations":{"prometheus.io/scrape":"true"}}}}
            """));
        var pod = Chart.Pod(rendered)["spec"]!;

        rendered.Where(o => Chart.Kind(o) == "PersistentVolumeClaim")
            .Select(o => $"{Chart.Name(o)} {o["spec"]!["storageClassName"]}").ShouldBe(["dock-images slow"]);
        pod["volumes"]!.ToJsonString().ShouldContain("\"claimName\":\"mine\"");
        pod["securityContext"]!["fsGroup"]!.GetValue<long>().ShouldBe(1000660000);
        Chart.Arguments(rendered).ShouldBeSubsetOf(
            Chart.Arguments(rendered).Distinct(StringComparer.Ordinal).ToList(), "no argument twice");
        foreach (var argument in new[]
        {
            "--watch-namespace=only-here", "--storage-root=/mnt/more", "--storage-shared=true", "--s3-own-credentials",
            "--storage-timeout=30", "--allow-unix-endpoints", "--allow-address=127.0.0.1/32"
        })
        {
            Chart.Arguments(rendered).ShouldContain(argument);
        }

        Chart.Container(rendered)["image"]!.GetValue<string>()
            .ShouldBe("drydock-operator:0.1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
        Chart.Pod(rendered)["metadata"]!["labels"]!["app.kubernetes.io/name"]!.GetValue<string>().ShouldBe("yard");
        foreach (var space in new[] { Chart.Namespace, "only-here", "and-here" })
        {
            await plane.KubectlAsync(["create", "namespace", space], cancellationToken: Token);
        }

        var list = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "List",
            ["items"] = new JsonArray(
                [.. rendered.Where(o => Chart.Kind(o) != "PodDisruptionBudget").Select(o => o.DeepClone())])
        };
        var answer = await plane.KubectlAsync(
            ["apply", "--validate=false", "--dry-run=server", "-f", "-"], list.ToJsonString(), Token);
        answer.ShouldContain("deployment.apps/dock-operator created (server dry run)");
    }

    [Fact]
    public async Task Several_replicas_roll_with_a_disruption_budget_and_need_shared_volumes()
    {
        var refused = await Chart.RefusalsAsync(Token, "--set", "replicas=2");
        var rendered = await Chart.RenderAsync(
            Token, "--set", "replicas=2,snapshots.accessMode=ReadWriteMany,images.enabled=false");

        refused.ShouldAllBe(error => error.Contains(
            "replicas is 2, but only one pod can write a volume that is ReadWriteOnce. Set images.accessMode to "
            + "ReadWriteMany, or images.enabled to false.", StringComparison.Ordinal));
        Chart.Deployment(rendered)["spec"]!["strategy"]!["type"]!.GetValue<string>().ShouldBe("RollingUpdate");
        var budget = rendered.Single(o => Chart.Kind(o) == "PodDisruptionBudget");
        budget["spec"]!["selector"]!.ToJsonString()
            .ShouldBe(Chart.Deployment(rendered)["spec"]!["selector"]!.ToJsonString());
        (await Chart.RenderAsync(Token)).ShouldAllBe(o => Chart.Kind(o) != "PodDisruptionBudget");
    }

    [Theory]
    [InlineData("foo=1", "foo")]
    [InlineData("image.digest=sha256:12", "image.digest")]
    [InlineData("image.repository=", "image.repository")]
    [InlineData("user=0", "user")]
    [InlineData("log.level=Loud", "log.level")]
    [InlineData("watchNamespaces={Team_A}", "watchNamespaces")]
    [InlineData("storage.roots={relative}", "storage.roots")]
    [InlineData("commonLabels.team=two words", "commonLabels.team")]
    [InlineData("monitoring.runbookUrl=wiki", "monitoring.runbookUrl")]
    [InlineData("extraArgs={storage-timeout=30}", "extraArgs")]
    public async Task Schema_refuses_wrong_value(string value, string named)
    {
        foreach (var refused in await Chart.RefusalsAsync(Token, "--set", value))
        {
            refused.ShouldContain("values don't meet the specifications of the schema(s)");
            // Helm 4 writes /image/digest, Helm 3 image.digest.
            refused.Replace('/', '.').ShouldContain(named);
        }
    }

    [Fact]
    public async Task ServiceMonitor_is_rendered_only_on_request()
    {
        (await Chart.RenderAsync(Token))
            .ShouldAllBe(o => Chart.Kind(o) != "ServiceMonitor" && Chart.Kind(o) != "Service");

        var rendered = await Chart.RenderAsync(
            Token, "--set", "metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.labels.team=dba");

        var monitor = rendered.Single(o => Chart.Kind(o) == "ServiceMonitor");
        var service = rendered.Single(o => Chart.Kind(o) == "Service");
        monitor["metadata"]!["labels"]!["team"]!.GetValue<string>().ShouldBe("dba");
        monitor["spec"]!["endpoints"]![0]!["honorLabels"]!.GetValue<bool>()
            .ShouldBeTrue("the series of an object carry the namespace of the object, not of the operator");
        monitor["spec"]!["selector"]!["matchLabels"]!.AsObject()
            .ShouldAllBe(l => service["metadata"]!["labels"]![l.Key]!.ToJsonString() == l.Value!.ToJsonString());
        service["spec"]!["selector"]!.ToJsonString()
            .ShouldBe(Chart.Deployment(rendered)["spec"]!["selector"]!["matchLabels"]!.ToJsonString());
    }

    [Fact]
    public async Task Rules_and_dashboard_are_rendered_only_on_request()
    {
        (await Chart.RenderAsync(Token))
            .ShouldAllBe(o => Chart.Kind(o) != "PrometheusRule" && Chart.Kind(o) != "ConfigMap");

        var rendered = await Chart.RenderAsync(
            Token, "--set", "metrics.prometheusRule.enabled=true,metrics.dashboards.enabled=true");

        // Without the address of the pages there is nothing to link to.
        var rules = Chart.Read(
            await File.ReadAllTextAsync(Repository.PathOf("config", "monitoring", "prometheus-rules.yaml"), Token))[0];
        foreach (var alert in rules["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()))
        {
            alert!["annotations"]!.AsObject().Remove("runbook_url").ShouldBeTrue();
        }

        rendered.Single(o => Chart.Kind(o) == "PrometheusRule")["spec"]!.ToJsonString().ShouldBe(rules.ToJsonString());
        var map = rendered.Single(o => Chart.Kind(o) == "ConfigMap");
        map["metadata"]!["labels"]!["grafana_dashboard"]!.GetValue<string>().ShouldBe("1");
        JsonNode.Parse(map["data"]!["drydock-dashboard.json"]!.GetValue<string>())!["uid"]!.GetValue<string>()
            .ShouldBe("drydock");
    }

    [Fact]
    public async Task Alerts_link_to_the_pages_of_the_given_address()
    {
        var rendered = await Chart.RenderAsync(
            Token, "--set", "metrics.prometheusRule.enabled=true,monitoring.runbookUrl=https://wiki.example/drydock");

        var links = rendered.Single(o => Chart.Kind(o) == "PrometheusRule")["spec"]!["groups"]!.AsArray()
            .SelectMany(group => group!["rules"]!.AsArray())
            .Select(alert => alert!["annotations"]!["runbook_url"]!.GetValue<string>()).ToList();
        links.ShouldAllBe(link => link.StartsWith("https://wiki.example/drydock/", StringComparison.Ordinal));
        links.ShouldContain("https://wiki.example/drydock/how-to/upgrade-the-operator.md");
    }

    [Fact]
    public async Task Labels_of_the_owner_are_on_every_object_and_the_pod_but_not_in_the_selector()
    {
        var rendered = await Chart.RenderAsync(
            Token, "--set",
            "commonLabels.team=dba,metrics.serviceMonitor.enabled=true,metrics.dashboards.enabled=true");
        var refused = await Chart.RefusalsAsync(
            Token, "--set-json", """commonLabels={"app.kubernetes.io/name":"other"}""");

        rendered.ShouldAllBe(o => (string?)o["metadata"]!["labels"]!["team"] == "dba");
        ((string?)Chart.Pod(rendered)["metadata"]!["labels"]!["team"]).ShouldBe("dba");
        Chart.Deployment(rendered)["spec"]!["selector"]!.ToJsonString()
            .ShouldNotContain("team", Case.Sensitive, "the selector of a Deployment cannot be changed");
        refused.ShouldAllBe(error => error.Contains(
            "commonLabels has app.kubernetes.io/name, which the chart sets. Remove it.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pod_says_its_version_and_has_each_label_once()
    {
        var rendered = await Chart.RenderAsync(
            Token, "--set", "commonLabels.team=dba,podLabels.team=night,commonLabels.site=north");
        var labels = Chart.Pod(rendered)["metadata"]!["labels"]!;
        var refused = await Chart.RefusalsAsync(
            Token, "--set-json", """podLabels={"app.kubernetes.io/name":"other"}""");

        ((string?)labels["app.kubernetes.io/version"]).ShouldBe(ReleaseFolder.Version);
        ((string?)labels["team"], (string?)labels["site"]).ShouldBe(("night", "north"));
        refused.ShouldAllBe(error => error.Contains(
            "podLabels has app.kubernetes.io/name, which the chart sets. Remove it.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        """image={"tag":"9.9.9","digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}""",
        "image.tag is 9.9.9, but image.digest decides")]
    [InlineData("image=null", "image")]
    [InlineData("""image={"repository":"a b"}""", "repository")]
    [InlineData("""image={"tag":"a:b"}""", "tag")]
    [InlineData("""commonLabels={"bad key":"c"}""", "bad key")]
    [InlineData("""podLabels={"team":"a b"}""", "team")]
    [InlineData("""allowAddresses=["x #y"]""", "allowAddresses")]
    [InlineData("""monitoring={"runbookUrl":"https://wiki.example/\"x"}""", "runbookUrl")]
    public async Task Wrong_value_is_refused_with_its_field(string values, string field) =>
        (await Chart.RefusalsAsync(Token, "--set-json", values))
            .ShouldAllBe(error => error.Contains(field, StringComparison.Ordinal));

    [Fact]
    public async Task Further_objects_are_rendered_also_as_templates()
    {
        var rendered = await Chart.RenderAsync(Token, "-f", await FileAsync(
            """
            {"extraObjects":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"plain"}},
                             "apiVersion: v1\nkind: Secret\nmetadata: {name: '{{ .Release.Name }}-made'}"]}
            """));

        rendered.Where(o => Chart.Kind(o) is "ConfigMap" or "Secret").Select(Chart.Name)
            .ShouldBe(["plain", "drydock-made"], ignoreOrder: true);
    }

    [Fact]
    public async Task Upgrade_from_released_chart_keeps_selector_and_claims()
    {
        var run = await lab.RunAsync();
        await using var plane = await ControlPlane.StartAsync(
            run, new ControlPlaneOptions { Name = "kube-chart", Controllers = false }, Token);
        await plane.KubectlAsync(["create", "namespace", Chart.Namespace], cancellationToken: Token);
        var rendered = new JsonArray([.. (await Chart.RenderAsync(Token)).Select(o => o.DeepClone())]);
        foreach (var released in Directory.EnumerateFiles(
            Repository.PathOf("tests", "Integration", "Install", "released"), "*.yaml").Order(StringComparer.Ordinal))
        {
            await plane.KubectlAsync(["apply", "--validate=false", "-f", released], cancellationToken: Token);
            var before = await StateAsync(plane);

            await plane.KubectlAsync(
                ["apply", "--validate=false", "-f", "-"],
                new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = rendered.DeepClone() }
                    .ToJsonString(),
                Token);

            (await StateAsync(plane)).ShouldBe(before, released);
            await plane.KubectlAsync(
                ["-n", Chart.Namespace, "delete", "deployment,pvc", "--all", "--wait=false"], cancellationToken: Token);
        }

        static async Task<string> StateAsync(ControlPlane plane) =>
            await plane.KubectlAsync(["-n", Chart.Namespace, "get", "deployment,pvc", "-o", "jsonpath={range "
                + ".items[*]}{.kind} {.metadata.name} {.metadata.uid} {.spec.selector} "
                + "{.spec.resources.requests.storage}{\"\\n\"}{end}"], cancellationToken: Token);
    }

    private async Task<string> FileAsync(string values)
    {
        var path = Path.Combine((await lab.RunAsync()).FolderFor("chart"), LabFixture.UniqueName("values") + ".yaml");
        await File.WriteAllTextAsync(path, values, Token);
        return path;
    }

    // Without what only Helm adds, to say that an object belongs to a release.
    private static string Bare(JsonNode node)
    {
        var bare = node.DeepClone();
        var metadata = bare["metadata"]!.AsObject();
        var labels = metadata["labels"]?.AsObject();
        foreach (var label in new[] { "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart" })
        {
            labels?.Remove(label);
            ((bare["spec"] as JsonObject)?["template"]?["metadata"]?["labels"] as JsonObject)?.Remove(label);
        }

        if (Chart.Kind(node) == "CustomResourceDefinition")
        {
            metadata["annotations"]!.AsObject().Remove("helm.sh/resource-policy");
            metadata.Remove("labels");
        }

        return Chart.Sorted(bare)!.ToJsonString();
    }
}
