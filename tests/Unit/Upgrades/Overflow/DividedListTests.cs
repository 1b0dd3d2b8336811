namespace Drydock.Tests.Unit.Upgrades.Overflow;

/// <summary>Lists in ConfigMaps: their size, their names and their hash.</summary>
public sealed class DividedListTests
{
    private static readonly V1ObjectMeta Owner =
        new() { Name = "up", Namespace = "a", Uid = "12345678-0000-4000-8000-000000000000" };

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(5_000, 1)]
    [InlineData(40_000, 5)]
    public void Every_part_stays_below_the_limit_of_a_ConfigMap(int lines, int parts)
    {
        ListSection[] sections =
        [
            new("b", [.. Enumerable.Range(0, lines).Select(i => $"{i:000000} {new string('名', 30)}")]),
            new("a", ["first"]),
        ];
        var list = DividedList.Of(sections);

        list.Parts.Count.ShouldBe(parts);
        list.Parts.ShouldAllBe(p => p.Sum(
            e => Encoding.UTF8.GetByteCount(e.Key) + Encoding.UTF8.GetByteCount(e.Value)) <= DividedList.MostBytes);
        var (joined, sha256) = DividedList.Join(list.Parts);
        sha256.ShouldBe(list.Sha256);
        joined.SelectMany(s => s.Lines)
            .ShouldBe(sections.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Lines));
        list.Entries.ShouldBe(lines + 1);
    }

    [Fact]
    public void Another_list_has_another_hash_and_another_name()
    {
        var (one, other) = (DividedList.Of([new("k", ["x"])]), DividedList.Of([new("k", ["y"])]));

        one.Sha256.ShouldNotBe(other.Sha256);
        one.Reference(Owner, "projects").Name.ShouldNotBe(other.Reference(Owner, "projects").Name);
        one.Reference(Owner, "projects").Name.ShouldBe($"up-12345678-projects-{one.Sha256[7..15]}");
        DividedList.NameOf(one.Reference(Owner, "projects"), 1).ShouldEndWith("-2");
    }

    [Fact]
    public void Item_names_the_part_in_which_its_key_begins()
    {
        var long1 = Enumerable.Range(0, 20_000).Select(i => $"{i} {new string('x', 60)}").ToList();
        var list = DividedList.Of([new("a", long1), new("b", ["y"])]);

        list.Parts.Count.ShouldBe(2);
        (list.PartWith("a"), list.PartWith("b")).ShouldBe((0, 1));
    }
}
