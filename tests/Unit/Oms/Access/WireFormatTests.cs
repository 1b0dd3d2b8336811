using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Drydock.Reconcilers.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What is tolerated in the JSON of OMS and of image archives.</summary>
public sealed class WireFormatTests
{
    [Theory]
    [InlineData("""{"data":{"healthy":true}}""", true)]
    [InlineData("""{"success":false,"data":{"healthy":true,"components":[{"healthy":false}]},"code":1}""", true)]
    [InlineData("""{"data":{"healthy":false}}""", false)]
    [InlineData("""{"data":{"healthy":"true"}}""", false)]
    [InlineData("""{"data":{"healthy":1}}""", false)]
    [InlineData("""{"data":{"Healthy":true}}""", false)]
    [InlineData("""{"data":{"healthy":null}}""", false)]
    [InlineData("""{"data":{}}""", false)]
    [InlineData("""{"data":null}""", false)]
    [InlineData("""{"data":[true]}""", false)]
    [InlineData("""{"healthy":true}""", false)]
    [InlineData("[]", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData("<html>502</html>", false)]
    public void Health_answer_is_healthy_only_if_data_says_so(string body, bool healthy) =>
        HttpHealthProbe.IsHealthy(body).ShouldBe(healthy);

    [Theory]
    [InlineData("""{"imageVersion":"3.2.2-bp2"}""", "3.2.2-bp2")]
    [InlineData("""{"a":[1],"imageVersion":"feature_3.3.1_ce","b":{}}""", "3.3.1-ce")]
    [InlineData("""{"imageVersion":42}""", null)]
    [InlineData("""{"imageVersion":null}""", null)]
    [InlineData("""{"imageVersion":["3.2.2"]}""", null)]
    [InlineData("""{"imageversion":"3.2.2"}""", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    [InlineData("3", null)]
    [InlineData("", null)]
    [InlineData("not json", null)]
    public void Image_version_is_read_from_a_valid_supervisor_file(string file, string? version) =>
        (ImageVersionFile.Read(Encoding.UTF8.GetBytes(file))?.Display).ShouldBe(version);

    [Theory]
    [InlineData("""[{"Config":"blobs/sha256/abc","RepoTags":["oms:1"],"Layers":[]}]""", "sha256:abc")]
    [InlineData("""[{"Config":"abc.json","RepoTags":null},{"Config":"def.json"}]""", "sha256:abc,sha256:def")]
    [InlineData("[]", "")]
    public async Task Archive_manifest_lists_the_image_ids(string manifest, string ids) =>
        string.Join(',', (await ReadAsync(manifest)).ImageIds).ShouldBe(ids);

    [Theory]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("""[{"Config":1}]""")]
    [InlineData("[")]
    public async Task Malformed_archive_manifest_is_unreadable(string manifest) =>
        await Should.ThrowAsync<JsonException>(() => ReadAsync(manifest));

    private static async Task<ImageArchiveContents> ReadAsync(string manifest)
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest)) });
        }

        archive.Position = 0;
        return await ImageArchiveManifest.ReadAsync(archive, "oms.tar", archive.Length, TestContext.Current.CancellationToken);
    }
}
