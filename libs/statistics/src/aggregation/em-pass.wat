;; One pass of EM over all items (`em-pass.ts`), for up to six states an item: two lanes of 64 bits in each of three variables.
;;
;; Memory, in bytes:
;;   0      48 bytes: all bits of each lane that has a state
;;   48     after the pass, where it is near: the most that a posterior moved
;;   cells  rows of probabilities a state, each followed by its counts; the first is that of the prior. A lane without a state reads what
;;          stands behind and adds 0 to it, so six cells more follow the last row
;;   starts a number an item and one more: where the item's labels begin
;;   labels a number a label: where the row of its worker and label begins
;;   posteriors  of items x states; six more follow
(module
  (import "math" "log" (func $log (param f64) (result f64)))
  (import "memory" "memory" (memory 1))

  ;; Returns the log-likelihood of all labels.
  (func (export "pass")
    (param $cells i32)
    (param $width i32) ;; bytes of the probabilities of a row
    (param $starts i32)
    (param $items i32)
    (param $posteriors i32) ;; 0 where nobody looks at them: they stay what they are
    (result f64)
    (local $start i32) (local $startsEnd i32)
    (local $first i32) (local $label i32) (local $chunk i32) (local $end i32)
    (local $row i32)
    (local $maskA v128) (local $maskB v128) (local $maskC v128)
    (local $a v128) (local $b v128) (local $c v128)
    (local $oldA v128) (local $oldB v128) (local $oldC v128)
    (local $sumA v128) (local $sumB v128) (local $sumC v128)
    (local $total f64) (local $share v128) (local $move v128)
    (local $likelihood f64) (local $logLikelihood f64)

    (local.set $maskA (v128.load (i32.const 0)))
    (local.set $maskB (v128.load (i32.const 16)))
    (local.set $maskC (v128.load (i32.const 32)))
    (local.set $likelihood (f64.const 1))
    (local.set $start (local.get $starts))
    (local.set $startsEnd (i32.add (local.get $starts) (i32.shl (local.get $items) (i32.const 2))))
    (block $noItem
      (loop $item
        (br_if $noItem (i32.eq (local.get $start) (local.get $startsEnd)))
        (local.set $first (i32.load (local.get $start)))
        (local.set $end (i32.load offset=4 (local.get $start)))
        (local.set $label (local.get $first))
        (local.set $a (v128.load (local.get $cells)))
        (local.set $b (v128.load offset=16 (local.get $cells)))
        (local.set $c (v128.load offset=32 (local.get $cells)))

        ;; After sixteen labels at most the states are divided by their sum: products of so many probabilities of 1e-10 and more stay above the smallest double.
        (loop $some
          (local.set $chunk (i32.add (local.get $label) (i32.const 64)))
          (if (i32.gt_u (local.get $chunk) (local.get $end)) (then (local.set $chunk (local.get $end))))
          (block $noLabel
            (loop $next
              (br_if $noLabel (i32.eq (local.get $label) (local.get $chunk)))
              (local.set $row (i32.load (local.get $label)))
              (local.set $a (f64x2.mul (local.get $a) (v128.load (local.get $row))))
              (local.set $b (f64x2.mul (local.get $b) (v128.load offset=16 (local.get $row))))
              (local.set $c (f64x2.mul (local.get $c) (v128.load offset=32 (local.get $row))))
              (local.set $label (i32.add (local.get $label) (i32.const 4)))
              (br $next)))
          (local.set $a (v128.and (local.get $a) (local.get $maskA)))
          (local.set $b (v128.and (local.get $b) (local.get $maskB)))
          (local.set $c (v128.and (local.get $c) (local.get $maskC)))
          (local.set $share (f64x2.add (f64x2.add (local.get $a) (local.get $b)) (local.get $c)))
          (local.set $total
            (f64.add (f64x2.extract_lane 0 (local.get $share)) (f64x2.extract_lane 1 (local.get $share))))
          (local.set $share (f64x2.splat (f64.div (f64.const 1) (local.get $total))))
          (local.set $a (f64x2.mul (local.get $a) (local.get $share)))
          (local.set $b (f64x2.mul (local.get $b) (local.get $share)))
          (local.set $c (f64x2.mul (local.get $c) (local.get $share)))
          ;; One logarithm for many items. What is above 1e-100 stays above the smallest double when it is multiplied once more.
          (local.set $likelihood (f64.mul (local.get $likelihood) (local.get $total)))
          (if (f64.lt (local.get $likelihood) (f64.const 1e-100))
            (then
              (local.set $logLikelihood (f64.add (local.get $logLikelihood) (call $log (local.get $likelihood))))
              (local.set $likelihood (f64.const 1))))
          (br_if $some (i32.lt_u (local.get $label) (local.get $end))))

        (local.set $label (local.get $first))
        (block $noLabel
          (loop $next
            (br_if $noLabel (i32.eq (local.get $label) (local.get $end)))
            (local.set $row (i32.add (i32.load (local.get $label)) (local.get $width)))
            (v128.store (local.get $row) (f64x2.add (local.get $a) (v128.load (local.get $row))))
            (v128.store offset=16 (local.get $row) (f64x2.add (local.get $b) (v128.load offset=16 (local.get $row))))
            (v128.store offset=32 (local.get $row) (f64x2.add (local.get $c) (v128.load offset=32 (local.get $row))))
            (local.set $label (i32.add (local.get $label) (i32.const 4)))
            (br $next)))
        (local.set $sumA (f64x2.add (local.get $sumA) (local.get $a)))
        (local.set $sumB (f64x2.add (local.get $sumB) (local.get $b)))
        (local.set $sumC (f64x2.add (local.get $sumC) (local.get $c)))

        (if (local.get $posteriors)
          (then
            (local.set $oldA (v128.load (local.get $posteriors)))
            (local.set $oldB (v128.load offset=16 (local.get $posteriors)))
            (local.set $oldC (v128.load offset=32 (local.get $posteriors)))
            (local.set $move
              (f64x2.pmax
                (local.get $move)
                (v128.and (local.get $maskA) (f64x2.abs (f64x2.sub (local.get $a) (local.get $oldA))))))
            (local.set $move
              (f64x2.pmax
                (local.get $move)
                (v128.and (local.get $maskB) (f64x2.abs (f64x2.sub (local.get $b) (local.get $oldB))))))
            (local.set $move
              (f64x2.pmax
                (local.get $move)
                (v128.and (local.get $maskC) (f64x2.abs (f64x2.sub (local.get $c) (local.get $oldC))))))
            ;; Behind the last state stand those of the next item.
            (v128.store (local.get $posteriors) (v128.bitselect (local.get $a) (local.get $oldA) (local.get $maskA)))
            (v128.store offset=16 (local.get $posteriors)
              (v128.bitselect (local.get $b) (local.get $oldB) (local.get $maskB)))
            (v128.store offset=32 (local.get $posteriors)
              (v128.bitselect (local.get $c) (local.get $oldC) (local.get $maskC)))
            (local.set $posteriors (i32.add (local.get $posteriors) (local.get $width)))))

        (local.set $start (i32.add (local.get $start) (i32.const 4)))
        (br $item)))

    ;; The counts of the prior are the sums of all items; what stands behind them is kept.
    (local.set $row (i32.add (local.get $cells) (local.get $width)))
    (v128.store (local.get $row) (f64x2.add (local.get $sumA) (v128.load (local.get $row))))
    (v128.store offset=16 (local.get $row) (f64x2.add (local.get $sumB) (v128.load offset=16 (local.get $row))))
    (v128.store offset=32 (local.get $row) (f64x2.add (local.get $sumC) (v128.load offset=32 (local.get $row))))
    (f64.store
      (i32.const 48)
      (f64.max (f64x2.extract_lane 0 (local.get $move)) (f64x2.extract_lane 1 (local.get $move))))
    (f64.add (local.get $logLikelihood) (call $log (local.get $likelihood)))))
