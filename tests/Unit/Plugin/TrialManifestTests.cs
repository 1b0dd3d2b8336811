using Drydock.Cli.CommandLine;
using Drydock.Cli.Manifests;
using Drydock.Cli.Output;
using Drydock.Clients.Kubernetes.Json;
using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Plugin;

public sealed class TrialManifestTests
{
    private const string Head = "apiVersion: drydock.dev/v1alpha1\nkind: OmsUpgrade";

    private const string Upgrade = """
        apiVersion: drydock.dev/v1alpha1
        kind: OmsUpgrade
        metadata: {name: oms-322-to-422, labels: {team: dba}}
        spec:
          fromVersion: "3.2.2"
          toVersion: 4.2.2
          approval: Automatic
          approvals: [Plan@0123abcd.1]
          holdBefore: [StopOld]
        """;

    [Theory]
    [InlineData("config/samples")]
    public void Every_sample_of_an_upgrade_can_be_tried(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf(folder), "*.yaml"))
        {
            var text = File.ReadAllText(file);
            if (!text.Contains("kind: OmsUpgrade", StringComparison.Ordinal)
                && !text.Contains("kind: DatabaseRollingUpgrade", StringComparison.Ordinal))
            {
                continue;
            }

            TrialManifest.Read(text, file, "migration").Entity.Metadata.Name.ShouldMatch("-check-[a-z0-9]{5}$", file);
        }
    }

    [Fact]
    public void Trial_is_another_object_that_changes_nothing()
    {
        var trial = TrialManifest.Read("kind: Secret\n---\n" + Upgrade, "up.yaml", "migration");
        var upgrade = trial.Entity.ShouldBeOfType<OmsUpgrade>();

        trial.Name.ShouldBe("oms-322-to-422");
        upgrade.Metadata.Namespace.ShouldBe("migration");
        upgrade.Metadata.Labels!["app.kubernetes.io/created-by"].ShouldBe("kubectl-drydock-check");
        (upgrade.Spec.Approval, upgrade.Spec.Approvals.Count).ShouldBe((ApprovalPolicy.Manual, 0));
        upgrade.Spec.HoldBefore.ShouldBe(["StopOld"]);
        upgrade.Spec.ToVersion.ShouldBe("4.2.2");
    }

    [Fact]
    public async Task Server_gets_the_spec_as_it_was_written()
    {
        const string Spec = """
            {"engine": "TiDB", "discoverFrom": "192.0.2.1", "instances": [{"name": "a", "component": "TiKV", "host": "h1", "port": 20161, "statusPort": 20181}]}
            """;
        await using var server = await FakeApiServer.StartAsync();
        JsonNode? sent = null;
        server.Otherwise(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var text = await reader.ReadToEndAsync(context.RequestAborted);
            sent = JsonNode.Parse(text);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(text, context.RequestAborted);
        });
        using var client = new KubernetesClient(
            new k8s.KubernetesClientConfiguration { Host = server.Address.AbsoluteUri },
            KubernetesJson.CreateOptions(CrdsJsonContext.Default));
        var trial = TrialManifest.Read(
            $"apiVersion: drydock.dev/v1alpha1\nkind: DatabaseRollingUpgrade\nmetadata: {{name: night}}\nspec: {Spec}",
            "up.yaml", "x");

        await client.CreateAsync((DatabaseRollingUpgrade)trial.Entity, TestContext.Current.CancellationToken);

        var expected = JsonNode.Parse(Spec)!;
        expected["approval"] = "Manual";
        JsonNode.DeepEquals(sent!["spec"], expected).ShouldBeTrue(sent.ToJsonString());
        sent["metadata"]!["name"]!.GetValue<string>().ShouldStartWith("night-check-");
        (sent["kind"]!.GetValue<string>(), sent["apiVersion"]!.GetValue<string>())
            .ShouldBe(("DatabaseRollingUpgrade", "drydock.dev/v1alpha1"));
    }

    [Fact]
    public void Name_of_253_characters_stays_a_name()
    {
        var name = new string('a', 199) + "-" + new string('b', 53);
        TrialManifest.Read(Upgrade.Replace("oms-322-to-422", name, StringComparison.Ordinal), "up.yaml", "x")
            .Entity.Metadata.Name.Length.ShouldBeLessThanOrEqualTo(253);
    }

    [Theory]
    [InlineData("  holdBefor: [StopOld]", "holdBefor")]
    [InlineData("  paused: maybe", "paused")]
    public void Field_that_does_not_fit_is_named(string line, string field) =>
        Should.Throw<CliException>(() => TrialManifest.Read($"{Upgrade}\n{line}\n", "up.yaml", "x"))
            .Message.ShouldContain(field);

    [Theory]
    [InlineData("kind: Secret", "has 0 upgrades")]
    [InlineData("kind: OmsUpgrade\n---\nkind: OmsUpgrade", "has 2 upgrades")]
    [InlineData(
        "kind: OmsUpgrad", "has 0 upgrades; expected is exactly one document of kind OmsUpgrade or "
            + "DatabaseRollingUpgrade. Did you mean OmsUpgrade?")]
    [InlineData("kind: OmsUpgrade", "up.yaml: apiVersion is missing; expected is drydock.dev/v1alpha1.")]
    [InlineData(
        "apiVersion: drydock.dev/v1\nkind: OmsUpgrade",
        "up.yaml: apiVersion is 'drydock.dev/v1'; expected is drydock.dev/v1alpha1.")]
    [InlineData(Head, "metadata.name is missing")]
    [InlineData(Head + "\nmetadata: {name: BAD NAME}", "up.yaml: metadata.name 'BAD NAME' is not a name of an object.")]
    [InlineData(Head + "\nmetadata: {name: a}", "up.yaml: spec is missing.")]
    [InlineData(
        Head + "\nmetadata: {name: a}\nspec:\n  approval:\n",
        "up.yaml: spec.approval is empty; expected is Manual or Automatic.")]
    [InlineData("kind: [", "cannot be read as YAML: line")]
    [InlineData("kind: OmsUpgrade\nmetadata: {name: {{ .Values.name }}}", "cannot be read as YAML: line 2")]
    [InlineData("kind: &a [*a]", "The alias *a has no anchor before it, or is within it.")]
    [InlineData("kind: a\nkind: b", "The field kind is given twice.")]
    public void File_without_exactly_one_upgrade_is_refused(string text, string expected) =>
        Should.Throw<CliException>(() => TrialManifest.Read(text, "up.yaml", "x")).Message.ShouldContain(expected);

    [Fact]
    public void Depth_and_size_of_YAML_are_bounded()
    {
        const string Bound = "With its aliases it has more than 200000 values or 64 levels.";
        var laughs = "a0: &a0 [x]\n"
            + string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n"));

        Refusal(new string('[', 100_000)).ShouldContain(Bound);
        Refusal(string.Concat(Enumerable.Repeat("- ", 400))).ShouldContain(Bound);
        Refusal(laughs).ShouldContain(Bound);
        Refusal($"[{string.Join(',', Enumerable.Repeat("1", 300_000))}]").ShouldContain(Bound);

        static string Refusal(string text) =>
            Should.Throw<CliException>(() => TrialManifest.Read(text, "up.yaml", "x")).Message;
    }

    [Fact]
    public void Alias_is_read_as_what_it_stands_for() =>
        Yaml.Read("a: &x {b: [1, two]}\nc: *x\n---\n~\n--- 3\n").Select(d => d.ToJsonString())
            .ShouldBe(["""{"a":{"b":[1,"two"]},"c":{"b":[1,"two"]}}""", "3"]);

    [Theory]
    [InlineData("no")]
    [InlineData("3.0")]
    [InlineData("0123")]
    [InlineData("000000000018")]
    [InlineData("null")]
    [InlineData("a: b # c")]
    public void Text_stays_text_through_YAML(string text)
    {
        var written = Yaml.Write(new System.Text.Json.Nodes.JsonObject { ["x"] = text });

        Yaml.Read(written).Single()["x"]!.GetValue<string>().ShouldBe(text);
    }
}
