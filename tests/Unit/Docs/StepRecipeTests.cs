using System.Reflection;
using System.Runtime.CompilerServices;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Docs;

/// <summary>The recipe "A step" of development.md, followed on its example and on every step that exists.</summary>
public sealed partial class StepRecipeTests
{
    private const BindingFlags Every =
        BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;

    private static readonly string Recipe = Section(File.ReadAllText(Repository.PathOf("docs/project/development.md")));

    // What the text names is in the code: a type or member is found as a word.
    [Fact]
    public void Every_name_of_the_recipe_exists()
    {
        var code = string.Join('\n', Directory
            .EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var names = Quoted().Matches(Recipe).SelectMany(static quoted => Name().Matches(quoted.Groups["text"].Value))
            .Select(static name => name.Value).Distinct(StringComparer.Ordinal).ToList();

        names.Count.ShouldBeGreaterThan(25);
        names.Where(name => !Regex.IsMatch(code, $@"\b{name}\b", RegexOptions.NonBacktracking)).ShouldBeEmpty();
    }

    // Step 1: nothing of a step changes after it was made, but the targets to which it is bound.
    [Fact]
    public void Step_remembers_nothing()
    {
        var steps =
            new[] { StepRegistry.Of<OmsTargets>(), StepRegistry.Of<TiDbTargets>(), StepRegistry.Of<YugabyteCluster>() }
                .SelectMany(static registry => registry.Names.Select(registry.Find)).OfType<Type>().ToList();

        steps.ShouldContain(typeof(RestartConsole));
        steps.SelectMany(static step => Fields(step)).Where(static field => !IsArgument(field)).ShouldBeEmpty();
    }

    // Step 2: the planner adds it, its id follows from its place, and its arguments are stored as text.
    [Fact]
    public void Example_is_planned_and_read_as_the_recipe_says()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false })
            .Apply(static s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.Status.Plan is not null, "a plan");
        var step = world.Plan.Steps.First(static s => s.Planned.Action == nameof(RestartConsole));

        step.Id.ShouldBe($"{step.Phase}/{step.Node}/restart-console");
        step.As<RestartConsole>().Container.ShouldNotBeNullOrEmpty();
        step.Planned.Parameters["container"].ShouldBe(step.As<RestartConsole>().Container);
        var changed = world.Plan.Plan.Steps.ConvertAll(planned => planned.Id != step.Id ? planned : planned with
        {
            Parameters = new SortedDictionary<string, string>(planned.Parameters.ToDictionary(), StringComparer.Ordinal)
            {
                ["container"] = "another"
            },
        });
        (world.Plan.Plan with { Steps = changed }).Hash.ShouldNotBe(world.Plan.Hash);
    }

    // Step 3: its name and its arguments are frozen.
    [Fact]
    public void Example_is_among_the_frozen_names() =>
        File.ReadAllLines(Repository.PathOf("tests/Unit/Operator/ActionNames/oms.txt"))
            .ShouldContain("action RestartConsole");

    // Step 4: the worlds and the kill enumeration meet it without more.
    [Fact]
    public void Example_is_a_point_at_which_the_operator_is_killed()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunToSuccess();

        world.Count("restart oms_console").ShouldBePositive();
        world.Points.ShouldContain(static p => p.What.StartsWith("exec", StringComparison.Ordinal));
    }

    private static string Section(string page)
    {
        var from = page.IndexOf("\n### A step\n", StringComparison.Ordinal);
        return page[from..page.IndexOf("\n### ", from + 1, StringComparison.Ordinal)];
    }

    private static IEnumerable<FieldInfo> Fields(Type? type) => type is null || type == typeof(object)
        ? []
        : type.GetFields(Every).Concat(Fields(type.BaseType));

    // Set when the step is made, or the binding.
    private static bool IsArgument(FieldInfo field) =>
        field.Name == "_targets" || (field.IsDefined(typeof(CompilerGeneratedAttribute)) && field.DeclaringType!
            .GetProperty(field.Name.Split('<', '>')[1], Every)?.SetMethod?.ReturnParameter
            .GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true);

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    // A word with a capital and a small letter that is no placeholder, path or file.
    [GeneratedRegex("(?<![/.A-Za-z])[A-Z][a-z][A-Za-z]*(?![A-Za-z./])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
