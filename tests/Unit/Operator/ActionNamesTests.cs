using System.Reflection;
using System.Runtime.CompilerServices;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Operator;

/// <summary>
/// Stored plans refer to actions, guards and their arguments by name. A name or an argument may be added to
/// a file of <c>ActionNames</c>; one that is there never changes, and a new argument has a default.
/// </summary>
public class ActionNamesTests
{
    public static TheoryData<string> Kinds => ["oms", "tidb", "yugabyte"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Actions_guards_and_arguments_match_the_golden_file(string kind)
    {
        var lines = Parts(kind)
            .SelectMany(Lines)
            .Order(StringComparer.Ordinal)
            .ToList();

        File.ReadAllText(Golden(kind)).ReplaceLineEndings("\n").ShouldBe(string.Join('\n', lines) + "\n");
    }

    [Fact]
    public void Names_of_types_are_unique_over_all_kinds()
    {
        var named = Kinds.SelectMany(kind => Parts(kind.Data)).GroupBy(type => type.Name, StringComparer.Ordinal);

        named.Where(name => name.Count() > 1).Select(name => name.Key).ShouldBeEmpty();
    }

    [Fact]
    public void Steps_that_record_what_they_change_are_not_prepared_early()
    {
        var recording = Kinds.SelectMany(kind => Parts(kind.Data))
            .Where(type => type.GetField("FormerKey") is not null)
            .ToList();
        recording.Count.ShouldBe(3);
        recording.Where(t => ((IStepAction)RuntimeHelpers.GetUninitializedObject(t)).MayPrepareEarly).ShouldBeEmpty();
    }

    private static string Golden(string kind) =>
        Repository.PathOf("tests", "Unit", "Operator", "ActionNames", $"{kind}.txt");

    private static IEnumerable<Type> Parts(string kind) =>
        Targets(kind).Assembly.GetTypes()
            .Where(t => t.Namespace == Targets(kind).Namespace && !t.IsAbstract && Kind(t) is not null);

    private static Type Targets(string kind) => kind switch
    {
        "oms" => typeof(OmsTargets),
        "tidb" => typeof(TiDbTargets),
        _ => typeof(YugabyteCluster),
    };

    private static string? Kind(Type type) => type.IsAssignableTo(typeof(IStepAction)) ? "action"
        : type.IsAssignableTo(typeof(IGuardCheck)) ? "guard"
        : null;

    private static IEnumerable<string> Lines(Type type)
    {
        var kind = Kind(type);
        var parameters = type
            .GetConstructors(BindingFlags.Instance | BindingFlags.Public)
            .MaxBy(c => c.GetParameters().Length)!
            .GetParameters()
            .Select(p => $"{kind} {StoredAsAttribute.NameOf(type)}.{Name(p)}: {TypeName(p)}{Default(p)}");
        return parameters.Prepend($"{kind} {StoredAsAttribute.NameOf(type)}");
    }

    private static string Name(ParameterInfo parameter) => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);

    private static string TypeName(ParameterInfo parameter) => TypeName(parameter.ParameterType);

    private static string TypeName(Type type) =>
        Nullable.GetUnderlyingType(type) is { } value ? TypeName(value)
        : type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>"
        : type.Name;

    private static string Default(ParameterInfo parameter) => parameter.HasDefaultValue
        ? string.Create(CultureInfo.InvariantCulture, $" = {parameter.DefaultValue ?? "null"}")
        : "";
}
