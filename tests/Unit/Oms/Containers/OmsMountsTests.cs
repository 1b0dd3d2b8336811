using MountPoint = Docker.DotNet.Models.MountPoint;

namespace Drydock.Tests.Unit.Oms;

/// <summary>Which mounts lead to the data of OMS: by whole segments of a path, up and down, or by the volume.</summary>
public sealed class OmsMountsTests
{
    private static readonly string[] Segments =
    [
        "", "/data", "/data/oms", "/data/oms/logs", "/data/oms/logs/x", "/data/om", "/data/oms2", "/data/oms/log",
        "/dat", "/srv"
    ];

    [Theory]
    [InlineData("/data/oms/logs", true)]
    [InlineData("/data/oms/logs/", true)]
    [InlineData("/data/oms/logs/drc", true)]
    [InlineData("/data/oms", true)]
    [InlineData("/", true)]
    [InlineData("/data/oms/logs2", false)]
    [InlineData("/data/oms/log", false)]
    [InlineData("/data/om", false)]
    [InlineData("/var/run", false)]
    [InlineData("", false)]
    public void Path_counts_if_it_is_equal_above_or_below(string source, bool counts) =>
        OmsMounts.Writable([Bind(source)], [Bind("/data/oms/logs")]).Any().ShouldBe(counts);

    [Fact]
    public void Overlap_is_that_of_segments_and_the_same_in_both_directions()
    {
        foreach (var (one, other) in Segments.SelectMany(one => Segments.Select(other => (one, other))))
        {
            var expected = one.Length > 0 && other.Length > 0
                && one.Split('/').Zip(other.Split('/')).All(pair => pair.First == pair.Second);
            OmsMounts.Writable([Bind(one)], [Bind(other)]).Any().ShouldBe(expected, $"{one} and {other}");
            OmsMounts.Writable([Bind(other)], [Bind(one)]).Any().ShouldBe(expected, $"{other} and {one}");
            OmsMounts.Writable([Bind(one, isWritable: false)], [Bind(other)]).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Volume_counts_by_its_name_also_where_dockerd_gives_no_path()
    {
        OmsMounts.Writable([Volume("oms-logs", "")], [Volume(
            "oms-logs", "/var/lib/docker/volumes/oms-logs/_data/logs")]).ShouldHaveSingleItem();
        OmsMounts.Writable([Volume("other", "")], [Volume("oms-logs", "")]).ShouldBeEmpty();
        OmsMounts.Writable([Volume("", "")], [Volume("", "")]).ShouldBeEmpty();
        OmsMounts.Writable([Bind("/var/lib/docker/volumes")], [Volume(
            "oms-logs", "/var/lib/docker/volumes/oms-logs/_data")]).ShouldHaveSingleItem();
    }

    private static MountPoint Bind(string source, bool isWritable = true) =>
        new() { Type = "bind", Name = "", Source = source, Destination = "/x", RW = isWritable };

    private static MountPoint Volume(string name, string source) =>
        new() { Type = "volume", Name = name, Source = source, Destination = "/x", RW = true };
}
