namespace Drydock.Tests.Unit.Oms;

/// <summary>The replacement of heatbeat_sequence, cut off after any statement, on a model of the three
/// tables.</summary>
public sealed class SequenceTablesTests
{
    private const long Newest = 70_000;

    public static TheoryData<int, bool> Cuts =>
        [.. Enumerable.Range(0, 5).SelectMany(cut => new[] { (cut, true), (cut, false) })];

    [Fact]
    public void Replacement_takes_four_statements_for_any_number_of_rows()
    {
        var model = new Model { Main = [1, 2, Newest] };
        Run(model, 10, atomic: true)
            .ShouldBe([TrimStatement.CreateCopy, TrimStatement.FillCopy, TrimStatement.Swap, TrimStatement.DropOld]);
        Trimmed(model);
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Replacement_cut_off_anywhere_is_completed(int after, bool atomic)
    {
        var model = new Model { Main = [1, 2, Newest] };
        Run(model, after, atomic);
        Run(model, 10, atomic: true);

        Trimmed(model);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("", null, null)]
    [InlineData("5", null, null)]
    public void Table_with_at_most_one_row_is_left_alone(string? main, string? copy, string? old)
    {
        var model = Model.Of(main, copy, old);
        Run(model, 10, atomic: true).ShouldBeEmpty();
        model.Main.ShouldBe(Model.Of(main, copy, old).Main);
    }

    [Fact]
    public void Any_remains_keep_the_newest_id_and_leave_nothing_else()
    {
        string?[] states = [null, "", "3", "70000", "3,70000"];
        foreach (var main in states)
        {
            foreach (var copy in states)
            {
                foreach (var old in states)
                {
                    var model = Model.Of(main, copy, old);

                    // A copy alone is the only table; beside another it holds nothing that the other has not.
                    var rows = (model.Main ?? []).Concat(model.Old ?? [])
                        .Concat(model.Main is null && model.Old is null ? model.Copy ?? [] : []).ToList();
                    Run(model, 20, atomic: true);

                    var what = $"{main} | {copy} | {old}";
                    (model.Copy, model.Old).ShouldBe((null, null), what);
                    (model.Main is null).ShouldBe(main is null && copy is null && old is null, what);
                    (model.Main?.DefaultIfEmpty().Max() ?? 0).ShouldBe(rows.DefaultIfEmpty().Max(), what);
                    (model.Main?.Count ?? 0).ShouldBeLessThanOrEqualTo(1, what);
                }
            }
        }
    }

    private static void Trimmed(Model model) =>
        (string.Join(',', model.Main ?? []), model.Copy, model.Old).ShouldBe(($"{Newest}", null, null));

    // A server that does not rename both tables at once is cut off between the two.
    private static List<TrimStatement> Run(Model model, int most, bool atomic)
    {
        var done = new List<TrimStatement>();
        while (done.Count < most && model.Seen.Next is { } next)
        {
            done.Add(next);
            model.Execute(next, atomic || done.Count < most);
        }

        return done;
    }

    private sealed class Model
    {
        public List<long>? Main { get; set; }

        public List<long>? Copy { get; set; }

        public List<long>? Old { get; set; }

        public SequenceTables Seen => new(See(Main), See(Copy), See(Old));

        public static Model Of(string? main, string? copy, string? old) =>
            new() { Main = Rows(main), Copy = Rows(copy), Old = Rows(old) };

        public void Execute(TrimStatement statement, bool whole)
        {
            switch (statement)
            {
                case TrimStatement.CreateCopy:
                    Copy.ShouldBeNull();
                    Copy = [];
                    break;
                case TrimStatement.FillCopy:
                    Copy!.Add(Main!.Max());
                    break;
                case TrimStatement.Swap:
                    Old.ShouldBeNull();
                    (Old, Main) = (Main, null);
                    if (whole)
                    {
                        (Main, Copy) = (Copy, null);
                    }

                    break;
                case TrimStatement.AddNewest:
                    Main!.ShouldNotContain(Old!.Max(), "the id is the primary key");
                    Main!.Add(Old!.Max());
                    break;
                case TrimStatement.DropOld:
                    Old.ShouldNotBeNull();
                    Old = null;
                    break;
                case TrimStatement.DropCopy:
                    Copy.ShouldNotBeNull();
                    Copy = null;
                    break;
                case TrimStatement.RestoreOld:
                    Main.ShouldBeNull();
                    (Main, Old) = (Old, null);
                    break;
                case TrimStatement.RestoreCopy:
                    Main.ShouldBeNull();
                    (Main, Copy) = (Copy, null);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(statement));
            }
        }

        private static List<long>? Rows(string? rows) =>
            rows is null ? null : [.. rows.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];

        private static SequenceTable? See(List<long>? rows) =>
            rows is null ? null : new SequenceTable(rows.Count == 0 ? null : rows.Max(), rows.Count > 1);
    }
}
