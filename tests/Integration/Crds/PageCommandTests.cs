using Drydock.Tests.Unit.Crds;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Integration.Crds;

/// <summary>
/// Every command of docs/reference/conditions.md, and those of approve-from-git.md that need no repository, are run as
/// they stand against an API server.
/// </summary>
[Collection(CrdServersCollection.Name)]
public sealed class PageCommandTests(CrdServers servers)
{
    private const string Git = "docs/how-to/approve-from-git.md";
    private const string Name = "oms-322-to-422";
    private const string Space = "migration";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The whole page runs in TaskPageTests.
    [Fact]
    public async Task Commands_of_gitops_page_run_as_they_are_written()
    {
        await PrepareAsync();
        var page = await StartAsync("gitops");

        var outputs = await page.RunPageAsync(
            Git, block => block.Heading is "Argo CD" or "Control it without a commit", Token);

        outputs.Count.ShouldBe(2);
        var annotations = JsonNode.Parse(await servers.Old.KubectlAsync(
            ["-n", Space, "get", "omsu", Name, "-o", "json"], cancellationToken: Token))!["metadata"]!["annotations"]!;
        new[] { "hold", "rollback", "pause" }.Select(name => (string?)annotations[$"drydock.dev/{name}"])
            .ShouldBe(["StopOld", "1", null]);
        JsonNode.Parse(await servers.Old.KubectlAsync(
            ["-n", "argocd", "get", "configmap", "argocd-cm", "-o", "json"], cancellationToken: Token))!["data"]!
            .AsObject().Count.ShouldBe(9);
    }

    [Fact]
    [RunsPage("docs/reference/conditions.md")]
    public async Task Commands_of_conditions_page_run_as_they_are_written()
    {
        const string Done = "all-true";
        var status = new JsonObject
        {
            ["phase"] = "Succeeded",
            ["conditions"] = new JsonArray([
                .. new[] { "Ready", "Stalled", "Succeeded", "Failed", "Held", "RolledBack", "Usable" }
                    .Select(type => Condition(type, "True"))]),
        };
        foreach (var manifest in new[] { Manifests.Upgrade(Done), Manifests.Snapshot(Done), Manifests.Restore(Done) })
        {
            await servers.CreateAsync(manifest, status.DeepClone().AsObject(), onOld: true);
        }

        var page = await StartAsync("conditions");
        page.Placeholders["NAME"] = Done;
        var outputs = await page.RunPageAsync("docs/reference/conditions.md", cancellationToken: Token);
        outputs.Count.ShouldBe(1);
        outputs.ShouldAllBe(run => run.Output.Length > 0);
    }

    [Fact]
    public void Manifests_are_YAML()
    {
        var blocks = Fence.In(File.ReadAllText(Repository.PathOf(Git)));
        var manifests = blocks.Where(block => block.Language == "yaml").Select(block => block.Text).ToList();
        manifests.Count.ShouldBeGreaterThan(1);
        foreach (var manifest in manifests)
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(manifest));
            stream.Documents.Select(d => YamlToJson.Read(d.RootNode)).ShouldAllBe(d => d is JsonObject, manifest);
        }

        blocks.ShouldAllBe(block => block.IsCommand || block.Language == "yaml" || block.Language == "csv");
    }

    private static JsonObject Condition(string type, string status) =>
        new()
        {
            ["type"] = type,
            ["status"] = status,
            ["reason"] = "Done",
            ["message"] = "",
            ["lastTransitionTime"] = "2026-03-01T02:00:00Z"
        };

    private Task<PageRun> StartAsync(string name) =>
        PageRun.StartAsync(servers.Run, servers.Old, Repository.Root, name, Token);

    private async Task PrepareAsync()
    {
        foreach (var space in new[] { "argocd", Space })
        {
            await servers.Old.KubectlAsync(["create", "namespace", space], cancellationToken: Token);
        }

        foreach (var name in new[] { "argocd-cm", "argocd-notifications-cm" })
        {
            await servers.Old.KubectlAsync(
                ["-n", "argocd", "create", "configmap", name, "--from-literal=kept=as-it-was"],
                cancellationToken: Token);
        }

        var manifest = Manifests.Upgrade(Name);
        manifest["metadata"]!["namespace"] = Space;
        await servers.Old.KubectlAsync(["create", "--validate=false", "-f", "-"], manifest.ToJsonString(), Token);
        var status = Manifests.StoredPlan("StopOld");
        status["holds"] = new JsonArray(new JsonObject
        {
            ["name"] = "StopOld",
            ["approval"] = "StopOld@00000000.1",
            ["since"] = "2026-03-01T02:00:00Z"
        });
        using var http = servers.Old.CreateHttpClient();
        using var content = new StringContent(
            new JsonObject { ["status"] = StoredPlans.Packed(status) }.ToJsonString(), System.Text.Encoding.UTF8,
            "application/merge-patch+json");
        using var answer = await http.PatchAsync(
            new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{Space}/omsupgrades/{Name}/status", UriKind.Relative),
            content, Token);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Token));
    }
}
