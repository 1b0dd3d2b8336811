using Drydock.Tests.Unit.Docs;

namespace Drydock.Tests.Integration.Crds;

/// <summary>A current server accepts the manifests of pages, also if unknown fields are refused.</summary>
[Collection(CrdServersCollection.Name)]
public sealed class PageManifestTests(CrdServers servers)
{
    [Theory]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    [InlineData("how-to/upgrade-at-night.md", 1)]
    [InlineData("how-to/approve-from-git.md", 1)]
    public async Task Manifests_of_a_page_are_accepted(string page, int count)
    {
        var manifests = FencedManifests.Of(Repository.PathOf("docs", page));
        manifests.Count.ShouldBe(count);
        foreach (var (text, json) in manifests)
        {
            json["metadata"] = new JsonObject { ["name"] = "of-a-page" };
            var (status, body) = await (await servers.ModernAsync()).SendAsync(
                HttpMethod.Post,
                $"{Manifests.Folder}/{json["kind"]!.GetValue<string>().ToLowerInvariant()}"
                + "s?dryRun=All&fieldValidation=Strict",
                json.ToJsonString(),
                cancellationToken: TestContext.Current.CancellationToken);
            status.ShouldBe(HttpStatusCode.Created, $"{text}\n{body}");
        }
    }
}
