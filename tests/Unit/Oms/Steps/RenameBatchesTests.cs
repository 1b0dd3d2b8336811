namespace Drydock.Tests.Unit.Oms.Steps;

public class RenameBatchesTests
{
    [Fact]
    public void Renames_survive_storing_and_are_readable()
    {
        ProjectRename[] renames =
        [
            new(ProjectKind.Migration, "np_1", "订单 \"a\"\\\n", "订单_mnp_1"),
            new(ProjectKind.Synchronization, "7", "😀", "😀_s7"),
        ];

        var stored = StepArguments.Write(RenameProjects.Batches("rm", renames).ShouldHaveSingleItem());

        stored["renames"].ShouldContain("订单_mnp_1");
        StepArguments.Read<RenameProjects>("x", stored).Renames.ShouldBe(renames);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1")]
    public void Invalid_text_of_renames_is_refused(string text)
    {
        var stored = StepArguments.Write(new RenameProjects("rm", []));
        stored["renames"] = text;

        Should.Throw<FormatException>(() => StepArguments.Read<RenameProjects>("x", stored));
    }

    [Fact]
    public void Batches_keep_the_order_and_fit_into_a_parameter()
    {
        var renames = Enumerable.Range(1, 500)
            .Select(id => new ProjectRename(
                ProjectKind.Synchronization, $"{id}", new string('订', 128), new string('单', 128)))
            .ToList();

        var batches = RenameProjects.Batches("rm", renames);

        batches.Count.ShouldBeGreaterThan(1);
        batches.ShouldAllBe(batch => StepArguments.Write(batch)["renames"].Length < 32768);
        batches.SelectMany(batch => batch.Renames).ShouldBe(renames);
        RenameProjects.Batches("rm", []).ShouldBeEmpty();
    }
}
