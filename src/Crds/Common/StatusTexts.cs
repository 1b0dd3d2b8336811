namespace Drydock.Crds.Common;

/// <summary>The texts of a status, by the bounds that the schema has for them: so no text that a server, a host or a
/// user wrote makes the API server refuse a status. What is within its bounds stays the same object. What a plan does
/// is not touched (parameters, names, guards): it is hashed. What is read back (receipts, facts) is not touched either:
/// a cut one would be wrong.</summary>
internal static class StatusTexts
{
    private static readonly ConcurrentDictionary<Type, Part[]> Known = new();

    /// <summary>The status, or a part of it, with all texts within the bounds of the schema.</summary>
    /// <param name="value">The status.</param>
    /// <param name="longestMessage">Bound of the texts that are for people, where it is less than the schema's.</param>
    /// <param name="cut">Counts the texts and entries that were cut or left out.</param>
    public static T Bound<T>(T value, int longestMessage, ref int cut)
        where T : class
    {
        T? changed = null;
        foreach (var part in Known.GetOrAdd(value.GetType(), PartsOf))
        {
            if (part.Property.GetValue(value) is { } old && Bound(old, part, longestMessage, ref cut) is var now
                && !ReferenceEquals(old, now))
            {
                changed ??= Clone(value);
                part.Property.SetValue(changed, now);
            }
        }

        return changed ?? value;
    }

    private static object Bound(object old, Part part, int longestMessage, ref int cut)
    {
        var length = part.Length == SchemaLimits.Message ? Math.Min(part.Length, longestMessage) : part.Length;
        return old switch
        {
            string text => Text(text, part, length, ref cut),
            IList list => List(list, part, length, longestMessage, ref cut),
            PlanProgress run => Run(run, longestMessage, ref cut),
            _ => part.IsNested ? Bound(old, longestMessage, ref cut) : old,
        };
    }

    // Of a plan only what tells is bounded.
    private static PlanProgress Run(PlanProgress run, int longest, ref int cut)
    {
        var shortened = 0;
        var notes = run.Notes.ConvertAll(n => Told(n)!);
        var steps = run.Steps.ConvertAll(s => s with
        {
            Record = s.Record with { Reason = Told(s.Record.Reason), Message = Told(s.Record.Message) },
        });
        var guards = run.Guards.ConvertAll(g => g with
        {
            Record = g.Record with
            {
                Violations = g.Record.Violations.ConvertAll(
                    v => v with { Message = Told(v.Message)!, Check = Told(v.Check) }),
            },
        });
        cut += shortened;
        return shortened == 0 || run.Unreadable is not null
            ? run
            : run.With(run.Plan with { Notes = notes }).With(steps, guards);

        string? Told(string? text)
        {
            var told = text is null ? null : SchemaLimits.Clip(text, longest);
            shortened += told == text ? 0 : 1;
            return told;
        }
    }

    private static string Text(string text, Part part, int length, ref int cut)
    {
        if (part.Length == 0)
        {
            return text;
        }

        var now = SchemaLimits.Clip(text, length) is { Length: > 0 } shown
            ? shown
            : text.Length > 0 && part.IsRequired
            ? "?"
            : "";
        cut += text.Length > length ? 1 : 0;
        return now == text ? text : now;
    }

    private static IList List(IList list, Part part, int length, int longestMessage, ref int cut)
    {
        var most = part.Items > 0 && list.Count > part.Items ? part.Items : list.Count;
        IList? changed = null;
        for (var i = 0; i < most; i++)
        {
            var now = list[i] switch
            {
                string text => Text(text, part, length, ref cut),
                PlanProgress run => Run(run, longestMessage, ref cut),
                { } item when part.IsNested => Bound(item, longestMessage, ref cut),
                var other => other,
            };
            if (!ReferenceEquals(now, list[i]))
            {
                changed ??= Copy(list, list.Count);
                changed[i] = now;
            }
        }

        if (most == list.Count)
        {
            return changed ?? list;
        }

        cut += list.Count - most;
        return Copy(changed ?? list, most);
    }

    private static IList Copy(IList list, int count)
    {
        var copy = (IList)Activator.CreateInstance(list.GetType())!;
        for (var i = 0; i < count; i++)
        {
            copy.Add(list[i]);
        }

        return copy;
    }

    // As `with` does it.
    private static T Clone<T>(T record)
        where T : class => (T)record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;

    private static Part[] PartsOf(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is not null && p.GetIndexParameters().Length == 0)
            .Where(p => !p.IsDefined(typeof(JsonIgnoreAttribute)))
            .Select(PartOf)
            .Where(p => p.Length > 0 || p.Items > 0 || p.IsNested),
    ];

    private static Part PartOf(PropertyInfo property)
    {
        var content = property.PropertyType.IsGenericType
            ? property.PropertyType.GetGenericArguments()[^1]
            : property.PropertyType;
        return new Part(
            property,
            property.GetCustomAttribute<TextAttribute>()?.Maximum ?? 0,
            property.GetCustomAttribute<TextAttribute>() is { Minimum: > 0 },
            property.GetCustomAttribute<ItemsAttribute>()?.Maximum ?? 0,
            content == typeof(PlanProgress) || (content.IsClass && content.GetMethod("<Clone>$") is not null));
    }

    private sealed record Part(PropertyInfo Property, int Length, bool IsRequired, int Items, bool IsNested);
}
