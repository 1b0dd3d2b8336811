namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Reads the pages of a list one after another, and each object of a page on its own, so that one that does
/// not fit the type does not hide the others. A page with too many bytes is requested again with fewer objects. If the
/// server no longer has the state that the pages show, the list begins again.</summary>
internal static class ListPages
{
    // A server keeps a state for minutes. If lists expire again and again, the caller pauses.
    private const int MostBeginnings = 3;

    public static async Task<KubernetesList<TEntity>> ReadAsync<TEntity>(
        KubernetesRequest request,
        EntityJson json,
        ListOptions options,
        Func<Dictionary<string, string?>, Task<JsonDocument>> readPage)
        where TEntity : class, IKubernetesObject
    {
        var items = new List<TEntity>();
        var unreadable = new List<UnreadableObject>();
        var (pageSize, beginnings, next) = (options.PageSize, 1, (string?)null);
        while (true)
        {
            JsonDocument answer;
            try
            {
                answer = await readPage(new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["limit"] = pageSize.ToString(CultureInfo.InvariantCulture),
                    ["continue"] = next,
                    ["labelSelector"] = options.LabelSelector,
                    ["fieldSelector"] = options.FieldSelector,
                });
            }
            catch (KubernetesTooLargeException) when (pageSize > 1)
            {
                // The page may be too large although no single object is.
                pageSize = Math.Max(1, pageSize / 4);
                continue;
            }
            catch (KubernetesGoneException) when (next is not null && beginnings < MostBeginnings)
            {
                // Pages of two states do not make one: an object might be in neither of them.
                items.Clear();
                unreadable.Clear();
                next = null;
                beginnings++;
                options.OnPage?.Invoke();
                continue;
            }

            options.OnPage?.Invoke();
            using var held = answer;
            var page = answer.RootElement;
            if (page.ValueKind != JsonValueKind.Object)
            {
                throw EntityJson.NoJson(request);
            }

            var objects = page.Member("items");
            foreach (var item in objects.ValueKind == JsonValueKind.Array ? objects.EnumerateArray() : default)
            {
                var (entity, problem) = json.TryRead<TEntity>(item);
                if (entity is null)
                {
                    unreadable.Add(options.TolerateUnreadable
                        ? problem!
                        : throw new KubernetesUnreadableObjectException(request, problem!));
                }
                else if (options.Kept(entity) is { } kept)
                {
                    items.Add(kept);
                }
            }

            next = EntityJson.Metadata(page, "continue");
            if (string.IsNullOrEmpty(next))
            {
                return new KubernetesList<TEntity>(
                    items, EntityJson.Metadata(page, "resourceVersion") ?? "", unreadable);
            }
        }
    }
}
