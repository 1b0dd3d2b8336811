using System.Reflection;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Upgrades.Steps;

/// <summary>Which stored steps and guards the operator can read. The engine starts nothing of a plan of which it cannot
/// read a part.</summary>
public sealed class StoredStepsTests
{
    public static TheoryData<string> Areas => ["Oms", "Databases/TiDb", "Databases/Yugabyte"];

    [Theory]
    [MemberData(nameof(Areas))]
    public void Every_stored_plan_of_a_former_operator_is_read(string area)
    {
        var catalog = Catalog(area);
        foreach (var plan in Plans(area))
        {
            plan.Steps.ShouldAllBe(s => StoredAsAttribute.NameOf(catalog.Action(s).GetType()) == s.Action);
            plan.Guards.ShouldAllBe(g => catalog.Guard(g).GetType().Name == g.Check);
        }
    }

    [Theory]
    [MemberData(nameof(Areas))]
    public void Incomplete_step_is_not_read(string area)
    {
        var catalog = Catalog(area);
        var tried = 0;
        foreach (var step in Plans(area).SelectMany(p => p.Steps))
        {
            foreach (var required in Required(catalog.Action(step).GetType()))
            {
                var parameters = new SortedDictionary<string, string>(
                    step.Parameters.ToDictionary(), StringComparer.Ordinal);
                var measured = new SortedDictionary<string, string>(
                    step.Measured?.ToDictionary() ?? [], StringComparer.Ordinal);
                (parameters.Remove(required) ^ measured.Remove(required)).ShouldBeTrue();
                Should.Throw<FormatException>(() => catalog.Action(
                    step with { Parameters = parameters, Measured = measured })).Message.ShouldContain(required);
                tried++;
            }
        }

        tried.ShouldBeGreaterThan(5);
    }

    [Theory]
    [MemberData(nameof(Areas))]
    public void Step_or_guard_of_another_operator_is_not_read(string area)
    {
        var catalog = Catalog(area);
        foreach (var plan in Plans(area))
        {
            foreach (var step in plan.Steps)
            {
                var parameters = new SortedDictionary<string, string>(
                    step.Parameters.ToDictionary(), StringComparer.Ordinal)
                {
                    ["later"] = "x"
                };
                Should.Throw<FormatException>(() => catalog.Action(step with { Parameters = parameters }));
                Should.Throw<KeyNotFoundException>(() => catalog.Action(step with { Action = $"{step.Action}2" }));
            }

            foreach (var guard in plan.Guards)
            {
                Should.Throw<KeyNotFoundException>(() => catalog.Guard(guard with
                {
                    Check = plan.Steps[0].Action,
                    Parameters = plan.Steps[0].Parameters,
                    Measured = null
                }));
            }
        }
    }

    private static List<Plan> Plans(string area)
    {
        var plans = GoldenFile.Stored(area).Select(p => p.Plan).ToList();
        plans.ShouldNotBeEmpty();
        return plans;
    }

    private static IStepCatalog Catalog(string area) => area switch
    {
        "Oms" => new StepCatalog<OmsTargets>(null!),
        "Databases/TiDb" => new StepCatalog<TiDbTargets>(null!),
        _ => new StepCatalog<YugabyteCluster>(null!),
    };

    private static IEnumerable<string> Required(Type step) =>
        step.GetConstructors(BindingFlags.Instance | BindingFlags.Public)
            .MaxBy(c => c.GetParameters().Length)!
            .GetParameters()
            .Where(p => !p.HasDefaultValue)
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name!));
}
