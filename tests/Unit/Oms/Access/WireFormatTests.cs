using System.Formats.Tar;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What is tolerated in the JSON of OMS and of image archives.</summary>
public sealed class WireFormatTests
{
    [Theory]
    [InlineData("""{"data":{"healthy":true}}""", true)]
    [InlineData("""{"success":false,"data":{"healthy":true,"components":[{"healthy":false}]},"code":1}""", true)]
    [InlineData("""{"data":{"healthy":false}}""", false)]
    [InlineData("""{"data":{"healthy":"true"}}""", null)]
    [InlineData("""{"data":{"healthy":1}}""", null)]
    [InlineData("""{"data":{"Healthy":true}}""", null)]
    [InlineData("""{"data":{"healthy":null}}""", null)]
    [InlineData("""{"data":{}}""", null)]
    [InlineData("""{"data":null}""", null)]
    [InlineData("""{"data":[true]}""", null)]
    [InlineData("""{"healthy":false}""", null)]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    [InlineData("", null)]
    [InlineData("<html>502</html>", null)]
    public void Health_answer_counts_only_if_well_formed(string body, bool? healthy) =>
        HttpAnswer.IsHealthy(body).ShouldBe(healthy);

    [Theory]
    [InlineData(0, "{}\n200", 200, "{}", true)]
    [InlineData(0, "\n302", 302, "", true)]
    [InlineData(0, "a\nb\n404", 404, "a\nb", true)]
    [InlineData(7, "\n000", 0, "", true)]
    [InlineData(0, "", 0, "", true)]
    [InlineData(127, "", 0, "", false)]
    [InlineData(126, "\n200", 0, "", false)]
    public void Answer_of_curl_has_status_and_body(int exitCode, string output, int status, string body, bool canAsk)
    {
        var answer = HttpAnswer.Of("http://127.0.0.1:8089/", exitCode, output);

        (answer.Status, answer.Body, answer.CanAsk).ShouldBe((status, body, canAsk));
    }

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
        (ContainerVersion.Read(Encoding.UTF8.GetBytes(file))?.Display).ShouldBe(version);

    [Theory]
    [InlineData(
        """[{"Config":"blobs/sha256/abc","RepoTags":["oms:1","r/oms:2"],"Layers":[]}]""", "sha256:abc oms:1 r/oms:2")]
    [InlineData("""[{"Config":"abc.json","RepoTags":null},{"Config":"def.json"}]""", "sha256:abc, sha256:def")]
    [InlineData("[]", "")]
    public async Task Archive_manifest_lists_images_with_their_names(string manifest, string images) =>
        string.Join(", ", (await ReadAsync(manifest)).Images.Select(i => string.Join(' ', [i.Id, .. i.Names])))
            .ShouldBe(images);

    [Theory]
    [InlineData("fd377a585a00", "xz")]
    [InlineData("28b52ffd0000", "zstd")]
    [InlineData("425a68393141", "bzip2")]
    public async Task Archive_that_cannot_be_unpacked_here_is_refused_with_the_command_that_helps(
        string start, string program)
    {
        using var archive = new MemoryStream(Convert.FromHexString(start));

        var refusal = await Should.ThrowAsync<InvalidDataException>(
            () => ArchiveContents.ReadAsync(
                archive, "oms.tar", archive.Length, ArchiveKind.Image, TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain($"`{program} -dc FILE | gzip > FILE.gz`");
    }

    [Theory]
    [InlineData("abc.json", """{"rootfs":{"type":"layers","diff_ids":["sha256:1","sha256:2"]}}""", true)]
    [InlineData("blobs/sha256/abc", """{"rootfs":{"diff_ids":["sha256:1","sha256:2"]}}""", true)]
    [InlineData("abc.json", """{"rootfs":{"diff_ids":[]}}""", false)]
    [InlineData("abc.json", """{"rootfs":null}""", false)]
    [InlineData("abc.json", "no json", false)]
    [InlineData("def.json", """{"rootfs":{"diff_ids":["sha256:1","sha256:2"]}}""", false)]
    public async Task Layers_of_an_archive_are_read_from_its_configuration(string name, string config, bool known)
    {
        var path = name.StartsWith("blobs/", StringComparison.Ordinal) ? name : "abc.json";

        var contents = await ReadAsync($$"""[{"Config":"{{path}}"}]""", (name, config));

        contents.Images.ShouldHaveSingleItem().Contents
            .ShouldBe(known ? ImageContents.Of(["sha256:1", "sha256:2"]) : null);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("""[{"Config":1}]""")]
    [InlineData("[")]
    public async Task Malformed_archive_manifest_is_unreadable(string manifest) =>
        await Should.ThrowAsync<JsonException>(() => ReadAsync(manifest));

    private static async Task<ArchiveContents> ReadAsync(string manifest, params (string Name, string Text)[] before)
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var (name, text) in before)
            {
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text))
                });
            }

            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest))
            });
        }

        archive.Position = 0;
        return await ArchiveContents.ReadAsync(
            archive, "oms.tar", archive.Length, ArchiveKind.Image, TestContext.Current.CancellationToken);
    }
}
